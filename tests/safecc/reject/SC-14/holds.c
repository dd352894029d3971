/* SPDX-License-Identifier: MIT */
/* A function that needs one lock is called with another. */

#include "core/lock.h"
struct q { spinlock_t lock; unsigned nr SC_GUARDED_BY(lock); };
SC_HOLDS(q->lock) static void bump(struct q *q)
{
    q->nr++;
}
void f(struct q *a, struct q *b);
void f(struct q *a, struct q *b)
{
    spin_lock(&a->lock);
    bump(b); // expect: SC-14
    spin_unlock(&a->lock);
}
