/* SPDX-License-Identifier: MIT */
/*
 * cluster.h - clustered objects: one object to those who use it, a representative of it for each CPU or node, made
 * when it is first used there.  So who uses it writes no line that others write; who wants the whole goes through all.
 *
 * SC_CLUSTER_TYPE(name, type) is the object, to be a field of others; its representatives are of the type, whose size
 * should be whole lines.  SC_CLUSTER(prefix, name, type, where) defines, with where cluster_cpu or cluster_node,
 *   prefix_here(c)  the representative here, or null: memory is out
 *   prefix_at(c, i) CPU (node) i's, or null: not used there yet
 *   prefix_end(c)   give back all; nobody uses it any more
 * docs/decisions/0024-clustered.md.
 */
#ifndef CORE_CLUSTER_H
#define CORE_CLUSTER_H

#include "core/atomic.h"
#include "core/percpu.h"
#include "core/pool.h"

#define CLUSTER_MAX MAX_CPUS

SC_INLINE uint32_t cluster_cpu(void)
{
    return this_cpu()->id % CLUSTER_MAX;
}
SC_INLINE uint32_t cluster_node(void)
{
    return this_cpu()->node % CLUSTER_MAX;
}

#define SC_CLUSTER_TYPE(name, type)                   \
    struct name {                                     \
        type *rep[CLUSTER_MAX] SC_ATOMIC; /* slots */ \
    }

/* Of two CPUs of a node that make it at once, one's stays. */
#define SC_CLUSTER(prefix, name, type, where)                                 \
    SC_POOL(prefix##_rep, type);                                              \
    SC_NULLABLE static type *prefix##_make(struct name *c, uint32_t i)        \
    {                                                                         \
        type *made = prefix##_rep_new(), *there = NULL;                       \
                                                                              \
        if (made == NULL)                                                     \
            return NULL;                                                      \
        if (slot_publish_if(c->rep[i % CLUSTER_MAX], there, made))            \
            return slot_read(c->rep[i % CLUSTER_MAX]);                        \
        prefix##_rep_delete(made);                                            \
        return slot_read(c->rep[i % CLUSTER_MAX]);                            \
    }                                                                         \
    SC_NULLABLE SC_INLINE type *prefix##_at(const struct name *c, uint32_t i) \
    {                                                                         \
        return slot_read(c->rep[i % CLUSTER_MAX]);                            \
    }                                                                         \
    SC_NULLABLE SC_INLINE type *prefix##_here(struct name *c)                 \
    {                                                                         \
        type *rep = prefix##_at(c, where());                                  \
                                                                              \
        return likely(rep != NULL) ? rep : prefix##_make(c, where());         \
    }                                                                         \
    __attribute__((unused)) static void prefix##_end(struct name *c)          \
    {                                                                         \
        for (uint32_t i = 0; i < CLUSTER_MAX; i++)                            \
            prefix##_rep_delete(slot_take(c->rep[i]));                        \
    }                                                                         \
    _Static_assert(1, "")

#endif
