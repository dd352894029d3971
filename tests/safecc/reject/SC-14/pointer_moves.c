/* SPDX-License-Identifier: MIT */
/* The pointer is changed while its lock is held. */

#include "core/lock.h"
struct q { spinlock_t lock; unsigned nr SC_GUARDED_BY(lock); struct q *next; };
void f(struct q *q, struct q *r);
void f(struct q *q, struct q *r)
{
    spin_lock(&q->lock);
    q = r; // expect: SC-14
    q->nr++; // expect: SC-14
    spin_unlock(&q->lock); // expect: SC-14
}
