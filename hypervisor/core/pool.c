/* SPDX-License-Identifier: MIT */
#include "core/pool.h"

#include "core/frame.h"

/* Cut a fresh frame into objects and put them on the pool's free list. */
static void pool_grow_locked(struct pool *p)
{
    uint32_t size = (uint32_t)ALIGN_UP((uint64_t)p->object_bytes, 16);
    uint8_t *bytes;
    mfn_t m;

    if (frame_alloc_hv(&m) != 0)
        return;
    bytes = frame_bytes(m);
    for (uint32_t at = 0; at + size <= PAGE_SIZE; at += size) {
        struct pool_node *n;

        SC_UNSAFE("DEV-04: a fresh frame becomes this pool's objects, for ever")
        {
            n = (struct pool_node *)(void *)&bytes[at];
        }
        n->next = p->free;
        p->free = n;
    }
}

void *pool_new(struct pool *p)
{
    struct pool_node *n;

    spin_lock(&p->lock);
    if (p->free == NULL)
        pool_grow_locked(p);
    n = p->free;
    if (n == NULL) {
        spin_unlock(&p->lock);
        return NULL;
    }
    p->free = n->next;
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
    struct pool_node *n;

    if (object == NULL)
        return;
    SC_UNSAFE("DEV-41: the object came from this pool, and is free again")
    {
        n = object;
    }
    spin_lock(&p->lock);
    n->next = p->free;
    p->free = n;
    p->nr_live--;
    spin_unlock(&p->lock);
}
