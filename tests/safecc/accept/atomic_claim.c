/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * Claims a slot by compare-and-exchange on a word that several CPUs race for.
 */
#include "core/atomic.h"

#define NR_SLOTS 16
#define FREE 0

struct claims {
    uint16_t owner[NR_SLOTS] SC_ATOMIC;
};

/* The slot claimed, or -ENOSPC. */
int claim_any(struct claims *c, SC_RANGE(1, 65535) uint16_t who)
{
    for (uint32_t i = 0; i < NR_SLOTS; i++) {
        if (atomic_read16(&c->owner[i]) != FREE)
            continue;
        if (atomic_cmpxchg16(&c->owner[i], FREE, who) == FREE)
            return (int)i;
    }
    return -ENOSPC;
}

int claim_release(struct claims *c, uint32_t slot, uint16_t who)
{
    if (slot >= NR_SLOTS)
        return -EINVAL;
    return atomic_cmpxchg16(&c->owner[slot], who, FREE) == who ? 0 : -EPERM;
}
