/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * A function with several ways out releases the lock on each.
 */
#include "core/lock.h"

enum unit_state { UNIT_OFF, UNIT_STARTING, UNIT_ON };

struct unit {
    spinlock_t lock;
    enum unit_state state SC_GUARDED_BY(lock);
    uint32_t nr_users SC_GUARDED_BY(lock);
};

int unit_get(struct unit *u)
{
    spin_lock(&u->lock);
    switch (u->state) {
    case UNIT_OFF:
        spin_unlock(&u->lock);
        return -ENODEV;
    case UNIT_STARTING:
        spin_unlock(&u->lock);
        return -EAGAIN;
    case UNIT_ON:
        break;
    }
    if (u->nr_users == UINT32_MAX) {
        spin_unlock(&u->lock);
        return -EBUSY;
    }
    u->nr_users++;
    spin_unlock(&u->lock);
    return 0;
}
