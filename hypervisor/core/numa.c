/* SPDX-License-Identifier: MIT */
#include "core/numa.h"

#include "arch/acpi.h"
#include "arch/acpi_nodes.h"
#include "arch/cpu.h"
#include "core/cmdline.h"
#include "core/domain.h"
#include "core/frame.h"
#include "core/hvmap.h"
#include "core/log.h"
#include "ports/pagealloc.h"

struct numa_map numa SC_BOOT TEXT_AFTER_BOOT = { .nr_nodes = 1 };

static bool ram_is_covered(const struct acpi_info *info, const struct ram_range *ram SC_COUNT(nr_ram), unsigned nr_ram)
{
    for (unsigned i = 0; i < nr_ram; i++) {
        if (!acpi_nodes_cover(info, ALIGN_UP(ram[i].start, PAGE_SIZE), ALIGN_DOWN(ram[i].end, PAGE_SIZE)))
            return false;
    }
    return true;
}

static void one_node(void)
{
    numa = (struct numa_map){ .nr_nodes = 1 };
    numa.distance[0][0] = NUMA_DISTANCE_LOCAL;
}

/* CPUID leaf 1: the initial APIC ID (SDM vol. 2, CPUID). */
static uint32_t own_apic_id(void)
{
    uint32_t a, b, c, d;

    cpuid(1, 0, &a, &b, &c, &d);
    return b >> 24;
}

/* CPUID leaf 1: how many APIC IDs a package has, if it says (HTT). */
static uint32_t package_ids(void)
{
    uint32_t a, b, c, d;

    cpuid(1, 0, &a, &b, &c, &d);
    return (d & 1U << 28) != 0 ? b >> 16 & 0xff : 1;
}

void numa_cpu_place(const struct cpu *cpu, uint32_t *package, uint32_t *core)
{
    uint32_t ids = package_ids(), bits = 0;

    while (bits < 8 && 1U << bits < ids)
        bits++;
    *package = cpu->apic_id >> bits;
    *core = cpu->apic_id & ((1U << bits) - 1);
}

void numa_init(const struct ram_range *ram, unsigned nr_ram)
{
    const struct acpi_info *info = acpi_get();
    const char *wrong;

    one_node();
    if (!opt_numa)
        return;
    acpi_read_nodes();
    if (!info->has_srat)
        return;
    wrong = acpi_nodes_make(info, &numa);
    if (wrong == NULL && !ram_is_covered(info, ram, nr_ram))
        wrong = "it does not say where all memory is";
    if (wrong != NULL) {
        log_warn("ACPI: the SRAT is ignored: %s; all memory is one node", wrong);
        one_node();
    }
    this_cpu()->node = numa_node_of_apic(own_apic_id());
}

uint64_t numa_range_end(mfn_t m)
{
    for (uint32_t i = 0; numa.nr_nodes > 1 && i < numa.nr_ranges && i < NUMA_MAX_RANGES; i++) {
        if (m.v < numa.ranges[i].end_mfn)
            return numa.ranges[i].end_mfn << PAGE_SHIFT;
    }
    return UINT64_MAX;
}

uint32_t numa_node_of_apic(uint32_t apic_id)
{
    for (uint32_t i = 0; i < numa.nr_cpus && i < MAX_CPUS; i++) {
        if (numa.cpus[i].apic_id == apic_id)
            return numa.cpus[i].node % MAX_NODES;
    }
    return 0;
}

uint64_t numa_cpus_of(uint32_t nodes)
{
    uint64_t mask = 0;

    for (uint32_t i = 0; i < nr_cpus && i < MAX_CPUS; i++) {
        if ((nodes >> cpus[i].node % MAX_NODES & 1) != 0)
            mask |= 1UL << i;
    }
    return mask;
}

uint32_t numa_nearest(uint32_t from, uint32_t nodes)
{
    uint32_t best = MAX_NODES;

    for (uint32_t n = 0; n < MAX_NODES; n++) {
        if ((nodes >> n & 1) != 0 &&
            (best >= MAX_NODES || numa.distance[from % MAX_NODES][n] < numa.distance[from % MAX_NODES][best]))
            best = n;
    }
    return best < MAX_NODES ? best : 0;
}

void numa_count_frames(domid_t id, uint64_t nr[MAX_NODES])
{
    for (uint32_t n = 0; n < MAX_NODES; n++)
        nr[n] = 0;
    for (uint64_t m = 0; m < max_mfn; m++) {
        if (frame_owner(mfn(m)) == id && (frame_state(mfn(m)) & FS_HV) == 0)
            nr[numa_node_of(mfn(m))]++;
    }
}

void numa_report(void)
{
    for (uint32_t n = 0; numa.nr_nodes > 1 && n < numa.nr_nodes && n < MAX_NODES; n++)
        log_info("NUMA: node %u of %u: proximity domain %u, CPUs %lx, %lu MiB", n, numa.nr_nodes, numa.domain[n],
                 numa_cpus_of(1U << n), pagealloc_nr_total_on(n) >> 8);
}

void numa_log(void)
{
    for (uint32_t n = 0; n < numa.nr_nodes && n < MAX_NODES; n++) {
        log_err("NODE%u: proximity domain %u, CPUs %lx, %lu frames, %lu free", n, numa.domain[n], numa_cpus_of(1U << n),
                pagealloc_nr_total_on(n), pagealloc_nr_free_on(n));
        for (uint32_t k = 0; k < numa.nr_nodes && k < MAX_NODES; k++)
            log_err("    distance to NODE%u: %u", k, numa.distance[n][k]);
    }
    log_err("Memory location of each domain:");
    for (struct domain *d = slot_read(domain_list); d != NULL; d = slot_read(d->next)) {
        uint64_t nr[MAX_NODES];

        numa_count_frames(d->id, nr);
        log_err("Domain %u (total: %lu):", d->id, atomic_read64(&d->nr_frames));
        for (uint32_t n = 0; n < numa.nr_nodes && n < MAX_NODES; n++)
            log_err("    Node %u: %lu", n, nr[n]);
    }
}
