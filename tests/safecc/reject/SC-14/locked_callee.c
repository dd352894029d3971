/* SPDX-License-Identifier: MIT */
/* A _locked function without a lock. */

#include "core/lock.h"
struct q { spinlock_t lock; unsigned nr SC_GUARDED_BY(lock); };
static void bump_locked(struct q *q)
{
    q->nr++;
}
void f(struct q *q);
void f(struct q *q)
{
    bump_locked(q); // expect: SC-14
}
