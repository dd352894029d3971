/* SPDX-License-Identifier: MIT */
/* expect-good: run */
/*
 * A random number picks a row of a table, reduced to the table's size.
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
        const uint32_t day = next_random(&seed) % NR_DAYS;

        sum += (uint32_t)day_names[day][0];
    }
    printf("ok %u\n", sum);
    return 0;
}
