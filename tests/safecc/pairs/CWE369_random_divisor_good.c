/* SPDX-License-Identifier: MIT */
/* expect-good: run */
/*
 * A random number from one to four is a divisor.
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
        const uint32_t divisor = next_random(&seed) % 4 + 1;

        sum += (1000 + i) % divisor + (1000 + i) / divisor;
    }
    printf("ok %u\n", sum);
    return 0;
}
