/* SPDX-License-Identifier: MIT */
/* expect-good: run */
/*
 * A heap array is deleted once, after the loop.
 */
#include "sc_host.h"

int main(int argc, char **argv SC_COUNT(argc))
{
    const uint32_t n = (uint32_t)sc_arg(argc, argv, 1, 5) % 16;
    uint64_t *block SC_NULLABLE SC_OWNED SC_COUNT(16) = sc_new_array(uint64_t, 16);
    uint64_t sum = 0;

    if (block == NULL)
        return 1;
    for (uint32_t i = 0; i < 16; i++)
        block[i] = i;
    for (uint32_t i = 0; i < n; i++) {
        sum += block[i];
    }
    sc_delete_array(block);
    printf("ok %lu\n", sum);
    return 0;
}
