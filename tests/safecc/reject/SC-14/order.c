/* SPDX-License-Identifier: MIT */
/* Two locks against their ranks. */

#include "core/lock.h"
struct a { spinlock_t lock; unsigned x SC_GUARDED_BY(lock); };
struct b { spinlock_t lock; unsigned x SC_GUARDED_BY(lock); };
static struct a low = { SPINLOCK_INIT(RANK_DOMAIN), 0 };
static struct b high = { SPINLOCK_INIT(RANK_CONSOLE), 0 };
void f(void);
void f(void)
{
    spin_lock(&high.lock);
    spin_lock(&low.lock); // expect: SC-14
    low.x++;
    spin_unlock(&low.lock);
    spin_unlock(&high.lock);
}
