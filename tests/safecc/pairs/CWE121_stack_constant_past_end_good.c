/* SPDX-License-Identifier: MIT */
/* expect-good: run */
/*
 * The sentinel is written at the last index of an array that has room for it.
 */
#include "sc_host.h"

#define NR_PORTS 4

static uint32_t sentinel_index(void)
{
    return NR_PORTS;
}

int main(void)
{
    uint16_t ports[NR_PORTS + 1] = { 80, 443, 22, 25 };
    uint32_t sum = 0;

    ports[sentinel_index()] = 0xffff;
    for (uint32_t i = 0; i < NR_PORTS; i++)
        sum += ports[i];
    printf("ok %u\n", sum);
    return 0;
}
