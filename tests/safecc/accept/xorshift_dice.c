/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * A random generator by shifts and exclusive ors; a modulo brings its output into a table's
 * range.
 */
#include "core/base.h"

#define FACES 6

struct dice {
    uint64_t state; /* never 0 */
    uint32_t thrown[FACES];
};

void dice_init(struct dice *d, uint64_t seed)
{
    d->state = seed | 1;
    for (uint32_t i = 0; i < FACES; i++)
        d->thrown[i] = 0;
}

uint32_t dice_throw(struct dice *d)
{
    uint64_t x = d->state;
    uint32_t face;

    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    d->state = x;
    face = (uint32_t)(x % FACES);
    d->thrown[face]++;
    return face + 1;
}
