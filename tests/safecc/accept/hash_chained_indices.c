/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * A hash table whose chains are indices into one table of entries, the free entries in a chain
 * of their own.
 */
#include "core/base.h"

#define NR_BUCKETS 64
#define NR_ENTRIES 256
#define END 0xffff

struct entry {
    uint64_t key;
    uint64_t value;
    uint16_t next;
};

struct cache {
    uint16_t buckets[NR_BUCKETS];
    uint16_t free;
    struct entry entries[NR_ENTRIES];
};

void cache_init(struct cache *c)
{
    for (uint32_t b = 0; b < NR_BUCKETS; b++)
        c->buckets[b] = END;
    for (uint32_t i = 0; i < NR_ENTRIES; i++)
        c->entries[i].next = i + 1 < NR_ENTRIES ? (uint16_t)(i + 1) : END;
    c->free = 0;
}

SC_NULLABLE struct entry *cache_find(struct cache *c, uint64_t key)
{
    uint32_t at = c->buckets[key % NR_BUCKETS];

    for (uint32_t turns = 0; turns < NR_ENTRIES && at < NR_ENTRIES; turns++) {
        struct entry *e = &c->entries[at];

        if (e->key == key)
            return e;
        at = e->next;
    }
    return NULL;
}

bool cache_add(struct cache *c, uint64_t key, uint64_t value)
{
    const uint32_t at = c->free;
    struct entry *e;

    if (at >= NR_ENTRIES)
        return false;
    e = &c->entries[at];
    c->free = e->next;
    e->key = key;
    e->value = value;
    e->next = c->buckets[key % NR_BUCKETS];
    c->buckets[key % NR_BUCKETS] = (uint16_t)at;
    return true;
}
