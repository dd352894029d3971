/* SPDX-License-Identifier: MIT */
/* Released without being held. */

#include "core/lock.h"
struct q { spinlock_t lock; unsigned nr SC_GUARDED_BY(lock); };
void f(struct q *q);
void f(struct q *q)
{
    spin_unlock(&q->lock); // expect: SC-14
}
