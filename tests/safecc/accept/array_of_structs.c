/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * Finds the entry with the least load in an array of structures and returns its index.
 */
#include "core/base.h"

#define CPUS_MAX 64

struct run_queue {
    uint32_t nr_ready;
    uint32_t weight;
    bool online;
};

/* The index, or -1 when none is online. */
int32_t least_loaded(const struct run_queue *queues SC_COUNT(n), SC_RANGE(0, CPUS_MAX) uint32_t n)
{
    int32_t best = -1;
    uint64_t best_load = UINT64_MAX;

    for (uint32_t i = 0; i < n; i++) {
        const struct run_queue *q = &queues[i];
        const uint64_t load = (uint64_t)q->nr_ready * 1024 + q->weight;

        if (!q->online || load >= best_load)
            continue;
        best = (int32_t)i;
        best_load = load;
    }
    return best;
}
