/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * A field with a declared range indexes a table directly; the one place that sets it tests it.
 */
#include "core/base.h"

#define NR_LEVELS 5

static const uint16_t delay_us[NR_LEVELS] = { 0, 10, 100, 1000, 10000 };

struct backoff {
    uint32_t level SC_RANGE(0, NR_LEVELS - 1);
    uint64_t waited_us;
};

uint32_t backoff_step(struct backoff *b)
{
    const uint32_t wait = delay_us[b->level];

    b->waited_us += wait;
    if (b->level < NR_LEVELS - 1)
        b->level++;
    return wait;
}

int backoff_set(struct backoff *b, uint32_t level)
{
    if (level >= NR_LEVELS)
        return -ERANGE;
    b->level = level;
    return 0;
}
