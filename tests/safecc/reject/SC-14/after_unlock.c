/* SPDX-License-Identifier: MIT */
/* Used after the unlock. */

#include "core/lock.h"
struct q { spinlock_t lock; unsigned nr SC_GUARDED_BY(lock); };
unsigned f(struct q *q);
unsigned f(struct q *q)
{
    spin_lock(&q->lock);
    q->nr++;
    spin_unlock(&q->lock);
    return q->nr; // expect: SC-14
}
