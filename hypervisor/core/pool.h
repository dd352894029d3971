/* SPDX-License-Identifier: MIT */
/*
 * pool.h - typed memory (SC-12: sc_new, sc_delete).
 *
 * One pool per type; its memory is never handed to another type.  An object
 * comes zeroed.  SC_POOL(name, type) defines name_new() (null when memory is
 * out) and name_delete(p).  Objects are at most one frame.
 */
#ifndef CORE_POOL_H
#define CORE_POOL_H

#include "core/lock.h"

struct pool_node {
    struct pool_node *next;
};

struct pool {
    char name[24];
    uint32_t object_bytes;
    uint32_t nr_live;
    spinlock_t lock;
    struct pool_node *free SC_GUARDED_BY(lock);
};

/* A zeroed object, or null.  Takes the pool's lock (rank pool). */
SC_OWNED SC_NULLABLE void *pool_new(struct pool *p);
void pool_delete(struct pool *p, SC_OWNED void *object SC_NULLABLE);

#define SC_POOL(prefix, type)                                                        \
    _Static_assert(sizeof(type) <= PAGE_SIZE, "a pool object is at most one frame"); \
    static struct pool prefix##_pool = {                                             \
        .name = #prefix,                                                             \
        .object_bytes = sizeof(type),                                                \
        .lock = SPINLOCK_INIT(RANK_POOL),                                            \
    };                                                                               \
    SC_OWNED SC_NULLABLE static inline type *prefix##_new(void)                      \
    {                                                                                \
        return pool_new(&prefix##_pool);                                             \
    }                                                                                \
    static inline void prefix##_delete(SC_OWNED type *p SC_NULLABLE)                 \
    {                                                                                \
        pool_delete(&prefix##_pool, p);                                              \
    }                                                                                \
    _Static_assert(1, "")

#endif
