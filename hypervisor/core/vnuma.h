/* SPDX-License-Identifier: MIT */
/*
 * vnuma.h - nodes that a domain is told of (Xen public header memory.h: XENMEM_get_vnumainfo).
 *
 * Vnode i stands for the i-th of the domain's nodes.  It has the i-th part of the memory that the domain began with, by
 * page frame number, and of its vcpus; parts are as equal as they can be.  Fixed when the domain is made: no locks.
 */
#ifndef CORE_VNUMA_H
#define CORE_VNUMA_H

#include "core/domain.h"
#include "core/numa.h"

/* How many; 0: it is told of none. */
SC_INLINE uint32_t vnuma_nr(const struct domain *d)
{
    return d->vnuma_pages != 0 ? (uint32_t)__builtin_popcountl(d->nodes) : 0;
}

/* The node that vnode i stands for; that of the last if there are fewer. */
SC_INLINE uint32_t vnuma_node(const struct domain *d, uint32_t i)
{
    uint32_t node = 0;

    for (uint32_t n = 0; n < MAX_NODES; n++) {
        if ((d->nodes >> n & 1) != 0) {
            node = n;
            if (i-- == 0)
                break;
        }
    }
    return node;
}

/* The first page frame number of vnode i; of one more than there are: where the last ends. */
SC_INLINE uint64_t vnuma_first_pfn(const struct domain *d, uint32_t i)
{
    return d->vnuma_pages * i / (vnuma_nr(d) | (vnuma_nr(d) == 0));
}

SC_INLINE uint32_t vnuma_of_vcpu(const struct domain *d, uint32_t id)
{
    return id * vnuma_nr(d) / (d->max_vcpus | (d->max_vcpus == 0));
}

#endif
