/* SPDX-License-Identifier: MIT */
// expect: ok
// run: ok
/*
 * A bitmap in 64-bit words: finds and takes the first clear bit with a bit-scan builtin.
 */
#include "sc_host.h"

#define NR_BITS 200
#define NR_WORDS ((NR_BITS + 63) / 64)

struct bitmap {
    uint64_t words[NR_WORDS];
};

static int32_t bitmap_take_first(struct bitmap *m)
{
    for (uint32_t w = 0; w < NR_WORDS; w++) {
        const uint64_t clear = ~m->words[w];
        uint32_t bit;

        if (clear == 0)
            continue;
        bit = (uint32_t)__builtin_ctzll(clear) & 63;
        if (w * 64 + bit >= NR_BITS)
            return -1;
        m->words[w] |= (uint64_t)1 << bit;
        return (int32_t)(w * 64 + bit);
    }
    return -1;
}

static void bitmap_clear(struct bitmap *m, uint32_t bit)
{
    if (bit < NR_BITS)
        m->words[bit / 64] &= ~((uint64_t)1 << bit % 64);
}

int main(void)
{
    struct bitmap m = { { 0 } };

    for (int32_t i = 0; i < NR_BITS; i++)
        if (bitmap_take_first(&m) != i)
            return 1;
    if (bitmap_take_first(&m) != -1)
        return 2;
    bitmap_clear(&m, 130);
    bitmap_clear(&m, 70);
    return bitmap_take_first(&m) == 70 && bitmap_take_first(&m) == 130 ? 0 : 3;
}
