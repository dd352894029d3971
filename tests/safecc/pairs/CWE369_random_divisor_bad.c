/* SPDX-License-Identifier: MIT */
/* expect-bad: reject SC-10 | trap SC-10 */
/*
 * A random number below four is a divisor, and one of four is zero.
 */
#include "sc_host.h"

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525U + 1013904223U;
    return *seed >> 20;
}

int main(void)
{
    uint32_t seed = 5, sum = 0;

    for (uint32_t i = 0; i < 100; i++) {
        const uint32_t divisor = next_random(&seed) % 4;

        sum += (1000 + i) % divisor + (1000 + i) / divisor;
    }
    printf("missed %u\n", sum);
    return 0;
}
