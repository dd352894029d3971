/* SPDX-License-Identifier: MIT */
#include "core/count.h"

_Static_assert(sizeof(struct counts) == 64, "a line");

SC_CLUSTER(rep, domain_counts, struct counts, cluster_cpu);

struct counts *counts_make(struct domain_counts *c)
{
    return rep_here(c);
}

uint64_t counts_sum(const struct domain_counts *c, enum count what)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < CLUSTER_MAX; i++) {
        const struct counts *one = rep_at(c, i);

        if (one != NULL)
            sum += atomic_read64(&one->nr[what % NR_COUNTS]);
    }
    return sum;
}

void counts_end(struct domain_counts *c)
{
    rep_end(c);
}
