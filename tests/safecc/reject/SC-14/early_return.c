/* SPDX-License-Identifier: MIT */
/* A return with the lock held. */

#include "core/lock.h"
struct q { spinlock_t lock; unsigned nr SC_GUARDED_BY(lock); };
int f(struct q *q);
int f(struct q *q)
{
    spin_lock(&q->lock);
    if (q->nr == 0)
        return -1; // expect: SC-14
    q->nr--;
    spin_unlock(&q->lock);
    return 0;
}
