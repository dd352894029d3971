/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * Debounces sixteen input lines at once with two bit words: a change counts when it was seen
 * twice in a row.
 */
#include "core/base.h"

struct debouncer {
    uint16_t stable;
    uint16_t last;
};

/* Returns the lines that have changed. */
uint16_t debounce(struct debouncer *d, uint16_t sample)
{
    const uint16_t same_as_before = (uint16_t)~(sample ^ d->last);
    const uint16_t changed = (uint16_t)((sample ^ d->stable) & same_as_before);

    d->last = sample;
    d->stable ^= changed;
    return changed;
}

uint32_t debounce_rising(struct debouncer *d, const uint16_t *samples SC_COUNT(n), uint32_t n)
{
    uint32_t nr_rising = 0;

    for (uint32_t i = 0; i < n; i++) {
        uint16_t changed = debounce(d, samples[i]) & d->stable;

        for (uint32_t bit = 0; bit < 16; bit++, changed >>= 1)
            nr_rising += changed & 1;
    }
    return nr_rising;
}
