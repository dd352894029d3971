/* SPDX-License-Identifier: MIT */
// expect: ok
// run: ok
/*
 * Counts bits three ways that must agree: by clearing the lowest, by adding in parallel, by a
 * table of nibbles.
 */
#include "sc_host.h"

static uint32_t by_clearing(uint64_t x)
{
    uint32_t n = 0;

    SC_TRIPS(64)
    while (x != 0) {
        x &= x - 1;
        n++;
    }
    return n;
}

static uint32_t in_parallel(uint64_t x)
{
    x -= x >> 1 & 0x5555555555555555U;
    x = (x & 0x3333333333333333U) + (x >> 2 & 0x3333333333333333U);
    x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fU;
    return (uint32_t)(x * 0x0101010101010101U >> 56);
}

static uint32_t by_table(uint64_t x)
{
    static const uint8_t bits[16] = { 0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4 };
    uint32_t n = 0;

    for (uint32_t shift = 0; shift < 64; shift += 4)
        n += bits[x >> shift & 15];
    return n;
}

int main(void)
{
    uint64_t x = 0x123456789abcdef0U;

    for (int i = 0; i < 1000; i++) {
        if (by_clearing(x) != in_parallel(x) || by_table(x) != in_parallel(x))
            return 1;
        x = x * 6364136223846793005U + 1442695040888963407U;
    }
    return by_table(0) == 0 && by_clearing(~(uint64_t)0) == 64 ? 0 : 2;
}
