/* SPDX-License-Identifier: MIT */
/* expect-bad: reject SC-07 | trap SC-07 */
/*
 * The sentinel is written at the index that is the array's length.
 */
#include "sc_host.h"

#define NR_PORTS 4

static uint32_t sentinel_index(void)
{
    return NR_PORTS;
}

int main(void)
{
    uint16_t ports[NR_PORTS] = { 80, 443, 22, 25 };
    uint32_t sum = 0;

    ports[sentinel_index()] = 0xffff;
    for (uint32_t i = 0; i < NR_PORTS; i++)
        sum += ports[i];
    printf("missed %u\n", sum);
    return 0;
}
