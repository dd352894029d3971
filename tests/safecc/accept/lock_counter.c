/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * Two fields guarded by one lock, read and written together while it is held.
 */
#include "core/lock.h"

struct usage {
    spinlock_t lock;
    uint64_t nr_calls SC_GUARDED_BY(lock);
    uint64_t total_ns SC_GUARDED_BY(lock);
};

void usage_note(struct usage *u, uint64_t took_ns)
{
    spin_lock(&u->lock);
    u->nr_calls++;
    u->total_ns += took_ns;
    spin_unlock(&u->lock);
}

uint64_t usage_mean_ns(struct usage *u)
{
    uint64_t nr_calls, total_ns;

    spin_lock(&u->lock);
    nr_calls = u->nr_calls;
    total_ns = u->total_ns;
    spin_unlock(&u->lock);
    return nr_calls == 0 ? 0 : total_ns / nr_calls;
}
