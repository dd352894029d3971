/* SPDX-License-Identifier: MIT */
/* expect-good: run */
/*
 * A heap array is tested for null before it is used.
 */
#include "sc_host.h"

int main(int argc, char **argv SC_COUNT(argc))
{
    const uint64_t n = sc_arg(argc, argv, 1, UINT64_MAX / 16);
    uint64_t *table SC_NULLABLE SC_OWNED SC_COUNT(n) = sc_new_array(uint64_t, n);

    if (n < 4)
        return 1;
    if (table == NULL) {
        printf("ok no memory for %lu\n", n);
        return 0;
    }
    table[3] = 1;
    printf("ok %lu\n", table[3]);
    sc_delete_array(table);
    return 0;
}
