/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * A least-recently-used order over the slots of a small cache by a doubly linked list of
 * indices.
 */
#include "core/base.h"

#define WAYS 8

struct lru {
    uint8_t newer[WAYS + 1]; /* slot WAYS is the list's end in both directions */
    uint8_t older[WAYS + 1];
};

void lru_init(struct lru *l)
{
    for (uint32_t i = 0; i <= WAYS; i++) {
        l->newer[i] = (uint8_t)((i + 1) % (WAYS + 1));
        l->older[i] = (uint8_t)((i + WAYS) % (WAYS + 1));
    }
}

void lru_touch(struct lru *l, SC_RANGE(0, WAYS - 1) uint32_t way)
{
    const uint32_t newer = l->newer[way] % (WAYS + 1);
    const uint32_t older = l->older[way] % (WAYS + 1);
    const uint32_t newest = l->older[WAYS] % (WAYS + 1);

    if (newest == way)
        return;
    l->older[newer] = (uint8_t)older;
    l->newer[older] = (uint8_t)newer;
    l->newer[newest] = (uint8_t)way;
    l->older[way] = (uint8_t)newest;
    l->newer[way] = WAYS;
    l->older[WAYS] = (uint8_t)way;
}

/* The way to evict. */
uint32_t lru_oldest(const struct lru *l)
{
    return l->newer[WAYS] % WAYS;
}
