/* SPDX-License-Identifier: MIT */
/* Another object's lock is held. */

#include "core/lock.h"
struct q { spinlock_t lock; unsigned nr SC_GUARDED_BY(lock); };
void f(struct q *a, struct q *b);
void f(struct q *a, struct q *b)
{
    spin_lock(&a->lock);
    b->nr++; // expect: SC-14
    spin_unlock(&a->lock);
}
