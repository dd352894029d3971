/* SPDX-License-Identifier: MIT */
/* numa_map.h - what is known of nodes.  See numa.h. */
#ifndef CORE_NUMA_MAP_H
#define CORE_NUMA_MAP_H

#include "core/base.h"
#include "core/layout.h"

#define NUMA_MAX_RANGES 32

/* Frames up to one, from the end of the range before; what is a hole in between belongs to the next range. */
struct numa_range {
    uint64_t end_mfn;
    uint32_t node;
};
struct numa_cpu {
    uint32_t apic_id, node;
};

struct numa_map {
    uint32_t nr_nodes; /* 1 on a machine that has none */
    uint32_t nr_ranges;
    struct numa_range ranges[NUMA_MAX_RANGES]; /* rising */
    uint32_t nr_cpus;
    struct numa_cpu cpus[MAX_CPUS];
    uint32_t domain[MAX_NODES];             /* the firmware's number: proximity domain */
    uint8_t distance[MAX_NODES][MAX_NODES]; /* as SLIT has it: 10 is near */
};

#define NUMA_DISTANCE_LOCAL 10
#define NUMA_DISTANCE_REMOTE 20

#endif
