/* SPDX-License-Identifier: MIT */
/*
 * pool.h - typed memory (SC-12: sc_new, sc_delete), and arrays with a part for each CPU.
 *
 * One pool per type; its memory is never handed to another type.  An object
 * comes zeroed.  SC_POOL(name, type) defines name_new() (null when memory is
 * out) and name_delete(p).  Objects are at most one frame.
 */
#ifndef CORE_POOL_H
#define CORE_POOL_H

#include "core/frame.h"
#include "core/layout.h"
#include "core/lock.h"

struct pool_node {
    struct pool_node *next;
};

struct pool {
    char name[24];
    uint32_t object_bytes;
    uint32_t nr_live;
    spinlock_t lock;
    struct pool_node *free[MAX_NODES] SC_GUARDED_BY(lock); /* of each node */
    uint64_t frames SC_GUARDED_BY(lock);                   /* the last one's number + 1, or 0; see pool.c */
};

/* Frames that all pools have taken: they keep them. */
uint64_t pools_nr_frames(void);
/* A zeroed object of the nodes of what this CPU does (core/numa.h), or null.  Takes the pool's lock (rank pool). */
SC_OWNED SC_NULLABLE void *pool_new(struct pool *p);
void pool_delete(struct pool *p, SC_OWNED void *object SC_NULLABLE);

/*
 * Hand-over to a module of another version: the old one offers its pools, the new one accepts those of the same name
 * and object size, and what is free in them moves along at the end.  -EINVAL: no such pool is offered.
 *
 * Where the state is converted (core/module_state.h) every pool is accepted, and nothing moves: what the new one made
 * lies in frames of its own, and in the end those of one of the two are given back, with all that is in them.
 */
void pool_offer(struct pool *p);
SC_NODISCARD int pool_accept(struct pool *p);
SC_CORE void pools_begin(void);
/* From here on what is offered and accepted is converted, or, as at first, not. */
SC_CORE void pools_convert(bool converted);
/*
 * For records, while state is converted (SC_REQUIRE): what r holds, once more, without holding it.  Of the two places
 * that name it one is in memory that is given back as it is, so that in the end it is held once.
 */
SC_OWNED fref_t fref_converted(fref_t r);
/* It is done: true; or given up: false. */
SC_CORE void pools_end(bool done);
/* Then, when CPUs wait no more: what pools_end() gave back becomes free. */
SC_CORE void pools_sweep(void);
/* All frames of a pool of the core's own, nothing in which is in use; pools_sweep() as above. */
SC_CORE void pool_empty(struct pool *p);

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

/* Where each CPU's part of such an array lies; of whole pages they are its node's (hvmap_percpu). */
struct percpu_array {
    const void *first;
    uint64_t nr_bytes; /* of one CPU's */
};

#define SC_PERCPU(type, name)                      \
    static type name[MAX_CPUS] SC_FACT_("percpu"); \
    static const struct percpu_array name##_array  \
        __attribute__((section(".percpu_arrays"), used)) = { (name), sizeof((name)[0]) }

#endif
