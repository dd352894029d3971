/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * Fields written where the object is made are constant afterwards, so one test there serves
 * every later use as an index.
 */
#include "core/base.h"

#define LANES 8

struct bus {
    uint32_t nr_lanes SC_FIXED SC_RANGE(1, LANES);
    uint64_t base SC_FIXED;
    uint64_t sent[LANES];
};

struct bus bus_make(uint64_t base, uint32_t nr_lanes)
{
    struct bus b = { .nr_lanes = 1, .base = base };

    if (nr_lanes > 1)
        b.nr_lanes = nr_lanes < LANES ? nr_lanes : LANES;
    return b;
}

uint64_t bus_lane_address(const struct bus *b, uint32_t lane)
{
    return b->base + 4096 * (uint64_t)(lane % b->nr_lanes);
}

void bus_spread(struct bus *b, uint64_t nr_bytes)
{
    const uint32_t nr_lanes = b->nr_lanes;

    for (uint32_t lane = 0; lane < nr_lanes; lane++)
        b->sent[lane] += nr_bytes / nr_lanes;
}
