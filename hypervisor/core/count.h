/* SPDX-License-Identifier: MIT */
/* count.h - what happened to a domain: a clustered object, whose representatives are a line for each CPU.  Key 'p'. */
#ifndef CORE_COUNT_H
#define CORE_COUNT_H

#include "core/cluster.h"

struct domain;

enum count {
    COUNT_RUN,   /* a vcpu of it began to run */
    COUNT_EVENT, /* an event for it, wherever it came from */
    COUNT_KICK,  /* one of them had to wake a vcpu, or to interrupt its CPU */
    COUNT_MAP,   /* a grant that it mapped */
    COUNT_COPY,  /* a copy that it asked for */
    NR_COUNTS,
};

struct counts {
    uint64_t nr[NR_COUNTS]; /* atomic; written by their own CPU */
} __attribute__((aligned(64)));

SC_CLUSTER_TYPE(domain_counts, struct counts);

/* This CPU's of a domain; null: memory is out, and nothing is counted. */
SC_NULLABLE struct counts *counts_make(struct domain_counts *c);
SC_INLINE void counts_add(struct domain_counts *c, enum count what)
{
    struct counts *mine = slot_read(c->rep[cluster_cpu()]);

    if (unlikely(mine == NULL))
        mine = counts_make(c);
    if (likely(mine != NULL))
        atomic_write64(&mine->nr[what % NR_COUNTS], atomic_read64(&mine->nr[what % NR_COUNTS]) + 1);
}
/* Of all CPUs. */
uint64_t counts_sum(const struct domain_counts *c, enum count what);
void counts_end(struct domain_counts *c);

#endif
