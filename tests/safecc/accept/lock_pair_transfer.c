/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * Moves an amount between two accounts under both locks, taken in the order of the ids.
 */
#include "core/lock.h"

struct account {
    uint32_t id SC_FIXED;
    spinlock_t lock;
    uint64_t pages SC_GUARDED_BY(lock);
};

int account_move(struct account *from, struct account *to, uint64_t pages)
{
    int result = 0;

    spin_lock_pair(&from->lock, from->id, &to->lock, to->id);
    if (from->pages < pages) {
        result = -ENOMEM;
    } else {
        from->pages -= pages;
        to->pages += pages;
    }
    spin_unlock_pair(&from->lock, &to->lock);
    return result;
}
