/* SPDX-License-Identifier: MIT */
/* expect-bad: reject SC-01, SC-02, SC-07, SC-12, SC-20 */
/*
 * A pointer walks over a malloc'ed buffer and ends one past its last element.
 */
#include "sc_host.h"

int main(int argc, char **argv SC_COUNT(argc))
{
    const uint32_t n = (uint32_t)sc_arg(argc, argv, 1, 20) % 64;
    int32_t *block = malloc(n * sizeof(*block));
    int32_t *p = block;

    if (block == NULL)
        return 1;
    while (p <= block + n) {
        *p = 5;
        p++;
    }
    printf("missed %d\n", block[0]);
    free(block);
    return 0;
}
