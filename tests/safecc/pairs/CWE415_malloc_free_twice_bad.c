/* SPDX-License-Identifier: MIT */
/* expect-bad: reject SC-02, SC-07, SC-12, SC-20 */
/*
 * A malloc'ed block is freed in the loop's last turn and after the loop.
 */
#include "sc_host.h"

int main(int argc, char **argv SC_COUNT(argc))
{
    const uint32_t n = (uint32_t)sc_arg(argc, argv, 1, 5) % 16;
    uint64_t *block = malloc(16 * sizeof(*block));
    uint64_t sum = 0;

    if (block == NULL)
        return 1;
    for (uint32_t i = 0; i < 16; i++)
        block[i] = i;
    for (uint32_t i = 0; i < n; i++) {
        sum += block[i];
        if (i + 1 == n)
            free(block);
    }
    free(block);
    printf("missed %lu\n", sum);
    return 0;
}
