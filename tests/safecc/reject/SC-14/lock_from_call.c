/* SPDX-License-Identifier: MIT */
/* A lock that has no path. */

#include "core/lock.h"
struct q { spinlock_t lock; unsigned nr SC_GUARDED_BY(lock); };
static struct q queues[4];
static struct q *pick(unsigned i)
{
    return &queues[i % 4];
}
void f(unsigned i);
void f(unsigned i)
{
    spin_lock(&pick(i)->lock); // expect: SC-14
    spin_unlock(&pick(i)->lock); // expect: SC-14
}
