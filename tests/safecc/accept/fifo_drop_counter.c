/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * A queue that counts what it has to drop, with a low and a high water mark as constants.
 */
#include "core/base.h"

#define LENGTH 256
#define HIGH_WATER 192
#define LOW_WATER 64

struct fifo {
    uint16_t items[LENGTH];
    uint8_t in; /* wraps by itself: LENGTH is its range */
    uint8_t out;
    bool throttled;
    uint64_t nr_dropped;
};

static uint8_t fifo_used(const struct fifo *f)
{
    return (uint8_t)(f->in - f->out);
}

bool fifo_put(struct fifo *f, uint16_t item)
{
    if (f->throttled) {
        f->nr_dropped++;
        return false;
    }
    f->items[f->in] = item;
    f->in++;
    if (fifo_used(f) >= HIGH_WATER)
        f->throttled = true;
    return true;
}

bool fifo_get(struct fifo *f, uint16_t *item)
{
    if (fifo_used(f) == 0)
        return false;
    *item = f->items[f->out++];
    if (fifo_used(f) <= LOW_WATER)
        f->throttled = false;
    return true;
}
