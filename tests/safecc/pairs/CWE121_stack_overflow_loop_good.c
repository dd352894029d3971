/* SPDX-License-Identifier: MIT */
/* expect-good: run */
/*
 * The copy into an array on the stack stops at the smaller of the two sizes.
 */
#include "sc_host.h"

#define SLOTS 10

static uint32_t copy(uint32_t *to SC_COUNT(SLOTS), const uint32_t *from SC_COUNT(n), uint32_t n)
{
    uint32_t sum = 0;

    for (uint32_t i = 0; i < n && i < SLOTS; i++) {
        to[i] = from[i];
        sum += to[i];
    }
    return sum;
}

int main(int argc, char **argv SC_COUNT(argc))
{
    uint32_t from[16] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };
    uint32_t to[SLOTS] = { 0 };
    const uint32_t wanted = (uint32_t)sc_arg(argc, argv, 1, SLOTS + 1);
    const uint32_t n = wanted < 16 ? wanted : 16;
    const uint32_t sum = copy(to, from, n);

    printf("ok %u %u\n", sum, to[9]);
    return 0;
}
