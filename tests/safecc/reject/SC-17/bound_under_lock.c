/* SPDX-License-Identifier: MIT */
/* The bound is a guarded field that the loop itself moves. A check of SC-17 is left on the loop. */
#include "core/lock.h"

struct q { spinlock_t lock; unsigned n SC_GUARDED_BY(lock); };
void f(struct q *q);
void f(struct q *q)
{
    spin_lock(&q->lock);
    for (unsigned i = 0; i < q->n; i++) // expect-check: SC-17
        q->n = i + 5;
    spin_unlock(&q->lock);
}
