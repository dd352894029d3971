/* SPDX-License-Identifier: MIT */
/* expect-good: run */
/*
 * An index walks over a heap array and ends with its last element.
 */
#include "sc_host.h"

int main(int argc, char **argv SC_COUNT(argc))
{
    const uint32_t n = (uint32_t)sc_arg(argc, argv, 1, 20) % 64;
    int32_t *block SC_NULLABLE SC_OWNED SC_COUNT(n) = sc_new_array(int32_t, n);
    int32_t sum = 0;

    if (block == NULL)
        return 1;
    for (uint32_t i = 0; i < n; i++) {
        block[i] = 5;
        sum += block[i];
    }
    printf("ok %d\n", sum);
    sc_delete_array(block);
    return 0;
}
