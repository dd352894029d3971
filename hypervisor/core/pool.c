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

/*
 * A pool's frames are in a list, so that they can be given back together: of each the word aux of the frame table says
 * which is next, as pool.frames does; nobody else uses it for frames of the hypervisor's own.
 */

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
    frame_table()[m.v].aux = p->frames;
    p->frames = m.v + 1;
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
struct offer {
    struct pool *pool;
    struct pool *to SC_NULLABLE; /* of one that is offered: who takes what is free in it */
    bool converted;
};
struct offers {
    struct offer offer[OFFERS_MAX];
    uint32_t nr;
};
/* Those that are offered; and those that are accepted for converted state. */
static struct offers offered SC_BOOT, accepted SC_BOOT;
static bool converting SC_BOOT;
/* Frames that were given back, in lists as a pool's. */
static uint64_t swept[2 * OFFERS_MAX] SC_BOOT;
static uint32_t nr_swept SC_BOOT;

void pools_begin(void)
{
    offered.nr = accepted.nr = 0;
    converting = false;
}

void pools_convert(bool converted)
{
    converting = converted;
}

fref_t fref_converted(fref_t r)
{
    SC_REQUIRE(converting);
    return (fref_t){ r.v };
}

static int offers_add(struct offers *o, struct pool *p)
{
    if (o->nr >= OFFERS_MAX)
        return -EINVAL;
    o->offer[o->nr++] = (struct offer){ .pool = p, .converted = converting };
    return 0;
}

void pool_offer(struct pool *p)
{
    (void)offers_add(&offered, p);
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
    if (converting)
        return offers_add(&accepted, p);
    for (uint32_t i = 0; i < offered.nr && i < OFFERS_MAX; i++) {
        struct offer *o = &offered.offer[i];

        if (o->to == NULL && !o->converted && same_kind(o->pool, p)) {
            o->to = p;
            return 0;
        }
    }
    return -EINVAL;
}

/* Everything out of it. */
static uint64_t pool_take(struct pool *p, struct pool_node *lists[MAX_NODES], uint32_t *nr_live)
{
    uint64_t frames;

    spin_lock(&p->lock);
    *nr_live = p->nr_live;
    frames = p->frames;
    p->nr_live = 0;
    p->frames = 0;
    for (uint32_t n = 0; n < MAX_NODES; n++) {
        lists[n] = p->free[n];
        p->free[n] = NULL;
    }
    spin_unlock(&p->lock);
    return frames;
}

static void pool_move(struct pool *from, struct pool *to)
{
    struct pool_node *lists[MAX_NODES];
    uint32_t nr_live;
    uint64_t frames = pool_take(from, lists, &nr_live);

    spin_lock(&to->lock);
    to->nr_live = nr_live;
    to->frames = frames;
    for (uint32_t n = 0; n < MAX_NODES; n++)
        to->free[n] = lists[n];
    spin_unlock(&to->lock);
}

void pool_empty(struct pool *p)
{
    struct pool_node *lists[MAX_NODES];
    uint32_t nr_live;
    uint64_t frames = pool_take(p, lists, &nr_live);

    if (frames != 0 && nr_swept < ARRAY_SIZE(swept))
        swept[nr_swept++] = frames;
}

void pools_end(bool done)
{
    struct offers *left = done ? &offered : &accepted;

    for (uint32_t i = 0; i < offered.nr && i < OFFERS_MAX; i++) {
        struct pool *to = offered.offer[i].to;

        if (done && to != NULL)
            pool_move(offered.offer[i].pool, to);
    }
    for (uint32_t i = 0; i < left->nr && i < OFFERS_MAX; i++) {
        if (left->offer[i].converted)
            pool_empty(left->offer[i].pool);
    }
    pools_begin();
}

void pools_sweep(void)
{
    while (nr_swept > 0) {
        uint64_t frames = swept[--nr_swept % ARRAY_SIZE(swept)];

        while (frames != 0) {
            mfn_t m = mfn(frames - 1);

            frames = frame_table()[m.v].aux;
            frame_free_hv(m);
            (void)atomic_add64(&nr_frames, UINT64_MAX);
        }
    }
}
