/* SPDX-License-Identifier: MIT */
/* expect-bad: reject SC-11, SC-12 */
/*
 * A field of an object is read after the object was deleted.
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
    sc_delete(a);
    printf("missed %lu %ld\n", a->number, a->balance);
    return 0;
}
