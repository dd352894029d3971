/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * A function whose result has a declared range; its caller uses it as an index and as a shift
 * without a test.
 */
#include "core/base.h"

SC_RANGE(0, 63) static uint32_t highest_bit(uint64_t x)
{
    uint32_t bit = 0;

    for (uint32_t step = 32; step != 0; step /= 2) {
        if (bit + step < 64 && x >> (bit + step) != 0)
            bit += step;
    }
    return bit;
}

struct size_histogram {
    uint64_t buckets[64];
};

void size_note(struct size_histogram *h, uint64_t nr_bytes)
{
    h->buckets[highest_bit(nr_bytes)]++;
}

uint64_t round_up_power(uint64_t n)
{
    const uint64_t power = 1UL << highest_bit(n);

    return power == n || power > UINT64_MAX / 2 ? power : power * 2;
}
