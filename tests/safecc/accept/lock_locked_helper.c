/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * Functions whose name ends in _locked need the lock held; SC_HOLDS names which, and the callers
 * take it.
 */
#include "core/lock.h"

#define NR_ENTRIES 32

struct registry {
    spinlock_t lock;
    uint32_t used SC_GUARDED_BY(lock) SC_RANGE(0, NR_ENTRIES);
    uint64_t entries[NR_ENTRIES] SC_GUARDED_BY(lock);
};

SC_HOLDS(r->lock) static bool registry_has_locked(const struct registry *r, uint64_t entry)
{
    const uint32_t used = r->used;

    for (uint32_t i = 0; i < used && i < NR_ENTRIES; i++)
        if (r->entries[i] == entry)
            return true;
    return false;
}

SC_HOLDS(r->lock) static int registry_add_locked(struct registry *r, uint64_t entry)
{
    if (registry_has_locked(r, entry))
        return -EEXIST;
    if (r->used >= NR_ENTRIES)
        return -ENOSPC;
    r->entries[r->used++] = entry;
    return 0;
}

int registry_add(struct registry *r, uint64_t entry)
{
    int result;

    spin_lock(&r->lock);
    result = registry_add_locked(r, entry);
    spin_unlock(&r->lock);
    return result;
}
