/* SPDX-License-Identifier: MIT */
/* expect-good: run */
/*
 * The result of sc_new is tested before it is written through.
 */
#include "sc_host.h"

struct big {
    uint64_t count;
    uint8_t bytes[4096];
};

int main(int argc, char **argv SC_COUNT(argc))
{
    const size_t n = (size_t)sc_arg(argc, argv, 1, 1);
    struct big *b SC_NULLABLE SC_OWNED = sc_new(struct big);

    if (b == NULL)
        return 1;
    b->count = n;
    printf("ok %lu\n", b->count);
    sc_delete(b);
    return 0;
}
