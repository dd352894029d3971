/* SPDX-License-Identifier: MIT */
/* Taken twice. */

#include "core/lock.h"
struct q { spinlock_t lock; unsigned nr SC_GUARDED_BY(lock); };
void f(struct q *q);
void f(struct q *q)
{
    spin_lock(&q->lock);
    spin_lock(&q->lock); // expect: SC-14
    spin_unlock(&q->lock);
}
