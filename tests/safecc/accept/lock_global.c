/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * A global list and its global lock: the annotation names the lock beside it.
 */
#include "core/lock.h"

struct module_entry {
    uint32_t id;
    struct module_entry *next SC_NULLABLE;
};

static spinlock_t entries_lock = SPINLOCK_INIT(RANK_DOMLIST);
static struct module_entry *entries SC_GUARDED_BY(entries_lock) SC_NULLABLE;

void module_entry_add(struct module_entry *e)
{
    spin_lock(&entries_lock);
    e->next = entries;
    entries = e;
    spin_unlock(&entries_lock);
}

bool module_entry_known(uint32_t id)
{
    bool known = false;

    spin_lock(&entries_lock);
    SC_TRIPS(256)
    for (const struct module_entry *e SC_NULLABLE = entries; e != NULL && !known; e = e->next)
        known = e->id == id;
    spin_unlock(&entries_lock);
    return known;
}
