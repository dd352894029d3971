/* SPDX-License-Identifier: MIT */
/* expect-good: run */
/*
 * The field is read before the object is deleted.
 */
#include "sc_host.h"

struct account {
    uint64_t number;
    int64_t balance;
};

int main(int argc, char **argv SC_COUNT(argc))
{
    struct account *a SC_NULLABLE SC_OWNED = sc_new(struct account);

    if (a == NULL)
        return 1;
    a->number = sc_arg(argc, argv, 1, 1234);
    a->balance = -50;
    printf("ok %lu %ld\n", a->number, a->balance);
    sc_delete(a);
    return 0;
}
