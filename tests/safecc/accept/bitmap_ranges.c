/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * Sets and tests runs of bits in a bitmap that a pointer and a count of words describe.
 */
#include "core/base.h"

bool bits_all_clear(const uint32_t *words SC_COUNT(n), uint32_t n, uint32_t first, uint32_t nr_bits)
{
    for (uint32_t i = 0; i < nr_bits; i++) {
        const uint32_t bit = first + i;

        if (bit / 32 >= n)
            return false;
        if ((words[bit / 32] & (1U << bit % 32)) != 0)
            return false;
    }
    return true;
}

int bits_reserve(uint32_t *words SC_COUNT(n), uint32_t n, uint32_t first, uint32_t nr_bits)
{
    if (!bits_all_clear(words, n, first, nr_bits))
        return -EBUSY;
    for (uint32_t i = 0; i < nr_bits; i++) {
        const uint32_t word = (first + i) / 32;

        if (word < n)
            words[word] |= 1U << (first + i) % 32;
    }
    return 0;
}
