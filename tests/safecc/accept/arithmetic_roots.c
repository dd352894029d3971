/* SPDX-License-Identifier: MIT */
// expect: ok
// run: ok
/*
 * Greatest common divisor by division and the integer square root by bits.
 */
#include "sc_host.h"

static uint64_t gcd(uint64_t a, uint64_t b)
{
    SC_TRIPS(100)
    while (b != 0) {
        const uint64_t rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

static uint32_t square_root(uint64_t n)
{
    uint64_t root = 0;

    for (uint64_t bit = (uint64_t)1 << 31; bit != 0; bit >>= 1)
        if ((root | bit) * (root | bit) <= n)
            root |= bit;
    return (uint32_t)root;
}

int main(void)
{
    if (gcd(1071, 462) != 21 || gcd(0, 5) != 5 || gcd(5, 0) != 5)
        return 1;
    if (square_root(UINT64_MAX) != UINT32_MAX || square_root(0) != 0)
        return 2;
    return square_root(99) == 9 && square_root(100) == 10 ? 0 : 3;
}
