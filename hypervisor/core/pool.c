/* SPDX-License-Identifier: MIT */
#include "core/pool.h"

#include "core/hvmap.h"

#include "core/frame.h"
#include "core/numa.h"

static uint64_t nr_frames SC_ATOMIC;

uint64_t pools_nr_frames(void)
{
    return atomic_read64(&nr_frames);
}

/* Cut a fresh frame into objects and put them on the free list of its node, which is returned. */
SC_RANGE(0, 7) static uint32_t pool_grow_locked(struct pool *p, uint32_t wanted SC_RANGE(0, 7))
{
    uint32_t size = (uint32_t)ALIGN_UP((uint64_t)p->object_bytes, 16);
    uint8_t *bytes;
    uint32_t node;
    mfn_t m;

    if (frame_alloc_hv(&m) != 0)
        return wanted;
    atomic_add64(&nr_frames, 1);
    node = numa_node_of(m) % MAX_NODES;
    bytes = frame_bytes(m);
    for (uint32_t at = 0; at + size <= PAGE_SIZE; at += size) {
        struct pool_node *n;

        SC_UNSAFE("DEV-04: a fresh frame becomes this pool's objects, for ever")
        {
            n = (struct pool_node *)(void *)&bytes[at];
        }
        n->next = p->free[node];
        p->free[node] = n;
    }
    return node;
}

void *pool_new(struct pool *p)
{
    uint32_t node = numa_nearest(this_cpu()->node, numa_here()) % MAX_NODES;
    struct pool_node *n;

    spin_lock(&p->lock);
    if (p->free[node] == NULL)
        node = pool_grow_locked(p, node);
    n = p->free[node];
    if (n == NULL) {
        spin_unlock(&p->lock);
        return NULL;
    }
    p->free[node] = n->next;
    p->nr_live++;
    spin_unlock(&p->lock);
    SC_UNSAFE("DEV-40: a node is a free object of object_bytes; the pool's own type is the caller's by SC_POOL")
    {
        memset(n, 0, p->object_bytes);
        return n;
    }
}

void pool_delete(struct pool *p, void *object)
{
    uint32_t node = 0;
    struct pool_node *n;

    if (object == NULL)
        return;
    SC_UNSAFE("DEV-41: the object came from this pool, and is free again")
    {
        n = object;
        node = numa_node_of(mfn(hvmap_direct_maddr((uint64_t)n) >> PAGE_SHIFT)) % MAX_NODES;
    }
    spin_lock(&p->lock);
    n->next = p->free[node];
    p->free[node] = n;
    p->nr_live--;
    spin_unlock(&p->lock);
}

/* ---- hand-over, while nothing else runs ---- */

#define OFFERS_MAX 32
static struct {
    struct pool *from, *to SC_NULLABLE;
} offers[OFFERS_MAX] SC_BOOT;
static uint32_t nr_offers SC_BOOT;

void pools_forget(void)
{
    nr_offers = 0;
}

void pool_offer(struct pool *p)
{
    if (nr_offers < OFFERS_MAX) {
        offers[nr_offers].from = p;
        offers[nr_offers].to = NULL;
        nr_offers++;
    }
}

static bool same_kind(const struct pool *a, const struct pool *b)
{
    if (a->object_bytes != b->object_bytes)
        return false;
    for (uint32_t i = 0; i < sizeof(a->name); i++) {
        if (a->name[i] != b->name[i])
            return false;
    }
    return true;
}

int pool_accept(struct pool *p)
{
    for (uint32_t i = 0; i < nr_offers && i < OFFERS_MAX; i++) {
        if (offers[i].to == NULL && same_kind(offers[i].from, p)) {
            offers[i].to = p;
            return 0;
        }
    }
    return -EINVAL;
}

static void pool_move(struct pool *from, struct pool *to)
{
    struct pool_node *lists[MAX_NODES];
    uint32_t nr_live;

    spin_lock(&from->lock);
    nr_live = from->nr_live;
    from->nr_live = 0;
    for (uint32_t n = 0; n < MAX_NODES; n++) {
        lists[n] = from->free[n];
        from->free[n] = NULL;
    }
    spin_unlock(&from->lock);
    spin_lock(&to->lock);
    to->nr_live = nr_live;
    for (uint32_t n = 0; n < MAX_NODES; n++)
        to->free[n] = lists[n];
    spin_unlock(&to->lock);
}

void pools_move(void)
{
    for (uint32_t i = 0; i < nr_offers && i < OFFERS_MAX; i++) {
        struct pool *to = offers[i].to;

        if (to != NULL)
            pool_move(offers[i].from, to);
    }
    nr_offers = 0;
}
