/* SPDX-License-Identifier: MIT */
/* Locks that are variables have ranks too. */
#include "core/lock.h"

static spinlock_t first = SPINLOCK_INIT(RANK_IOAPIC), second = SPINLOCK_INIT(RANK_LOG), other = SPINLOCK_INIT(RANK_LOG);

static void take_first(void)
{
    spin_lock(&first);
    spin_unlock(&first);
}
void f(void);
void f(void)
{
    spin_lock(&first);
    spin_lock(&second);
    spin_lock(&other); // expect: SC-14
    spin_unlock(&other);
    spin_unlock(&second);
    spin_unlock(&first);
}
void g(void);
void g(void)
{
    spin_lock(&second);
    spin_lock(&first); // expect: SC-14
    spin_unlock(&first);
    take_first(); // expect: SC-14
    spin_unlock(&second);
}
