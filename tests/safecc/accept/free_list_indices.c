/* SPDX-License-Identifier: MIT */
// expect: ok
// run: ok
/*
 * A pool of slots whose free ones form a list of indices; giving back a slot twice is refused by
 * a mark.
 */
#include "sc_host.h"

#define NR_SLOTS 20
#define NONE NR_SLOTS

struct pool {
    uint32_t free;
    uint32_t next[NR_SLOTS];
    bool used[NR_SLOTS];
};

static void pool_init(struct pool *p)
{
    for (uint32_t i = 0; i < NR_SLOTS; i++) {
        p->next[i] = i + 1;
        p->used[i] = false;
    }
    p->free = 0;
}

static uint32_t pool_take(struct pool *p)
{
    const uint32_t slot = p->free;

    if (slot >= NR_SLOTS)
        return NONE;
    p->free = p->next[slot];
    p->used[slot] = true;
    return slot;
}

static bool pool_give(struct pool *p, uint32_t slot)
{
    if (slot >= NR_SLOTS || !p->used[slot])
        return false;
    p->used[slot] = false;
    p->next[slot] = p->free;
    p->free = slot;
    return true;
}

int main(void)
{
    struct pool p;

    pool_init(&p);
    for (uint32_t i = 0; i < NR_SLOTS; i++)
        if (pool_take(&p) != i)
            return 1;
    if (pool_take(&p) != NONE || !pool_give(&p, 5) || pool_give(&p, 5) || pool_give(&p, NONE))
        return 2;
    return pool_take(&p) == 5 && pool_take(&p) == NONE ? 0 : 3;
}
