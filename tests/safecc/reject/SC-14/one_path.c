/* SPDX-License-Identifier: MIT */
/* Locked on one path. */

#include "core/lock.h"
struct q { spinlock_t lock; unsigned nr SC_GUARDED_BY(lock); };
void f(struct q *q, int c);
void f(struct q *q, int c)
{
    if (c)
        spin_lock(&q->lock);
    q->nr++; // expect: SC-14
    if (c) // expect: SC-14
        spin_unlock(&q->lock); // expect: SC-14
}
