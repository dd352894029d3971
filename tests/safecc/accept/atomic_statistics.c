/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * Statistics that any CPU bumps and anyone reads, each word for itself.
 */
#include "core/atomic.h"

enum statistic { HITS, MISSES, EVICTIONS, NR_STATISTICS };

struct statistics {
    uint32_t words[NR_STATISTICS] SC_ATOMIC;
};

void statistic_bump(struct statistics *s, enum statistic which)
{
    switch (which) {
    case HITS:
    case MISSES:
    case EVICTIONS:
        atomic_add32(&s->words[which], 1);
        break;
    default:
        break;
    }
}

uint32_t hit_percentage(const struct statistics *s)
{
    const uint64_t hits = atomic_read32(&s->words[HITS]);
    const uint64_t all = hits + atomic_read32(&s->words[MISSES]);

    return all == 0 ? 0 : (uint32_t)(hits * 100 / all);
}
