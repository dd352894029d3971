/* SPDX-License-Identifier: MIT */
/* A guarded field without its lock. */

#include "core/lock.h"
struct q { spinlock_t lock; unsigned nr SC_GUARDED_BY(lock); };
unsigned f(struct q *q);
unsigned f(struct q *q)
{
    return q->nr; // expect: SC-14
}
