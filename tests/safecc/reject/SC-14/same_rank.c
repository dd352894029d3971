/* SPDX-License-Identifier: MIT */
/* Two of one kind, one after the other. */

#include "core/lock.h"
struct a { spinlock_t lock; unsigned x SC_GUARDED_BY(lock); };
static struct a one = { SPINLOCK_INIT(RANK_DOMAIN), 0 };
void f(struct a *p, struct a *q);
void f(struct a *p, struct a *q)
{
    spin_lock(&p->lock);
    spin_lock(&q->lock); // expect: SC-14
    p->x = q->x;
    spin_unlock(&q->lock);
    spin_unlock(&p->lock);
}
unsigned g(void);
unsigned g(void)
{
    unsigned x;
    spin_lock(&one.lock);
    x = one.x;
    spin_unlock(&one.lock);
    return x;
}
