/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * A handler that checks everything first and then writes shared state in a section where nothing
 * can fail.
 */
#include "core/lock.h"

#define PORTS 64

struct end {
    uint32_t peer;
    bool open;
};

struct ends {
    spinlock_t lock;
    uint32_t nr_open SC_GUARDED_BY(lock);
    struct end ends[PORTS] SC_GUARDED_BY(lock);
};

int ends_connect(struct ends *e, uint32_t a, uint32_t b)
{
    int result = 0;

    if (a >= PORTS || b >= PORTS || a == b)
        return -EINVAL;
    spin_lock(&e->lock);
    if (e->ends[a].open || e->ends[b].open) {
        result = -EBUSY;
    } else {
        SC_COMMIT
        {
            e->ends[a].peer = b;
            e->ends[a].open = true;
            e->ends[b].peer = a;
            e->ends[b].open = true;
            e->nr_open += 2;
        }
    }
    spin_unlock(&e->lock);
    return result;
}
