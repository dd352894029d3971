/* SPDX-License-Identifier: MIT */
/* expect-bad: reject SC-07 | trap SC-07 */
/*
 * A random number of the wrong range picks a row of a table.
 */
#include "sc_host.h"

#define NR_DAYS 7

static const char day_names[NR_DAYS][4] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1103515245U + 12345U;
    return *seed >> 16;
}

int main(void)
{
    uint32_t seed = 1;
    uint32_t sum = 0;

    for (int i = 0; i < 50; i++) {
        const uint32_t day = next_random(&seed) % 9;

        sum += (uint32_t)day_names[day][0];
    }
    printf("missed %u\n", sum);
    return 0;
}
