/* SPDX-License-Identifier: MIT */
/*
 * numa.h - nodes: which CPUs and which memory are close to each other.
 *
 * Known before the first frame is taken, and the same ever after: nothing here takes a lock.
 * A set of nodes is a word, bit a node; an empty one stands for all of them where that is said.
 * docs/handbook/numa.md.
 */
#ifndef CORE_NUMA_H
#define CORE_NUMA_H

#include "core/addr.h"

#include <xen/xen.h>

#include "core/numa_map.h"
#include "core/percpu.h"

extern struct numa_map numa SC_BOOT;

struct ram_range;

/* Boot, before hvmap_init: from SRAT and SLIT; one node if there are none, or if they make no sense. */
SC_CORE void numa_init(const struct ram_range *ram SC_COUNT(nr_ram), unsigned nr_ram);
/* The node of a CPU, by its APIC ID. */
uint32_t numa_node_of_apic(uint32_t apic_id);
/* In which package a CPU is, and where in it: its APIC ID's two parts (SDM vol. 3, 8.9.1). */
void numa_cpu_place(const struct cpu *cpu, uint32_t *package, uint32_t *core);
/* The CPUs of these nodes, bit a CPU: those that run. */
uint64_t numa_cpus_of(uint32_t nodes);
/* Frames of a domain on each node: a walk over all frames. */
void numa_count_frames(domid_t id, uint64_t nr[MAX_NODES]);
/* The node with the shortest way from `from` of those in the set, which is not empty. */
uint32_t numa_nearest(uint32_t from, uint32_t nodes);
/* In the log: the nodes, if there are several, when all CPUs run. */
SC_CORE void numa_report(void);
/* In the log, for the key `u`: nodes, and what each domain has where. */
SC_CORE void numa_log(void);

/* For proofs, of each frame: what numa_node_of() says. */
/*@ ghost extern uint8_t frame_node[1UL << 40]; */

SC_INLINE uint32_t numa_node_of(mfn_t m)
{
    if (numa.nr_nodes == 1)
        return 0;
    for (uint32_t i = 0; i < numa.nr_ranges && i < NUMA_MAX_RANGES; i++) {
        if (m.v < numa.ranges[i].end_mfn)
            return numa.ranges[i].node % MAX_NODES;
    }
    return 0;
}

/* Where what follows a frame is another node's, or not known: a machine address. */
SC_CORE uint64_t numa_range_end(mfn_t m);

SC_INLINE uint32_t numa_all(void)
{
    return (1U << numa.nr_nodes) - 1;
}

/* Where memory for what this CPU does should come from: its node, or while it makes something for others, theirs. */
SC_INLINE uint32_t numa_here(void)
{
    const struct cpu *cpu = this_cpu();

    return cpu->alloc_nodes != 0 ? cpu->alloc_nodes : 1U << (cpu->node % MAX_NODES);
}

/* From now on this CPU makes something for those nodes; 0: for itself.  Returns what was. */
SC_INLINE uint32_t numa_make_for(uint32_t nodes)
{
    struct cpu *cpu = this_cpu();
    uint32_t was = cpu->alloc_nodes;

    cpu->alloc_nodes = nodes;
    return was;
}

/* For a domain with these nodes: this CPU's if it is one of them; while it is being built, what the builder says. */
SC_INLINE uint32_t numa_for(uint32_t nodes)
{
    const struct cpu *cpu = this_cpu();
    uint32_t best = nodes & (cpu->alloc_nodes != 0 ? cpu->alloc_nodes : 1U << (cpu->node % MAX_NODES));

    return best != 0 ? best : nodes;
}

#endif
