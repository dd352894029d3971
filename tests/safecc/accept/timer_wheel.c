/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * A wheel of timers: each tick looks at one bucket, whose entries are chained by index.
 */
#include "core/base.h"

#define BUCKETS 32
#define TIMERS 64
#define NONE 0xff

struct wheel {
    uint32_t now;
    uint8_t bucket[BUCKETS];
    struct {
        uint32_t due;
        uint8_t next;
    } timers[TIMERS];
};

int wheel_add(struct wheel *w, uint32_t timer, SC_RANGE(1, 100000) uint32_t ticks)
{
    uint32_t b;

    if (timer >= TIMERS)
        return -EINVAL;
    w->timers[timer].due = w->now + ticks;
    b = (w->now + ticks) % BUCKETS;
    w->timers[timer].next = w->bucket[b];
    w->bucket[b] = (uint8_t)timer;
    return 0;
}

/* One tick; a bit set for each timer that is due. */
uint64_t wheel_tick(struct wheel *w)
{
    const uint32_t b = ++w->now % BUCKETS;
    uint32_t at = w->bucket[b];
    uint64_t due = 0;

    w->bucket[b] = NONE;
    for (uint32_t turns = 0; turns < TIMERS && at < TIMERS; turns++) {
        const uint32_t next = w->timers[at].next;

        if (w->timers[at].due == w->now) {
            due |= 1UL << at;
        } else {
            w->timers[at].next = w->bucket[b];
            w->bucket[b] = (uint8_t)at;
        }
        at = next;
    }
    return due;
}
