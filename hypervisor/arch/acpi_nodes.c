/* SPDX-License-Identifier: MIT */
/* See acpi_nodes.h. */
#include "arch/acpi_nodes.h"

#define NO_NODE UINT32_MAX

static uint32_t node_find(const struct numa_map *map, uint32_t domain)
{
    for (uint32_t i = 0; i < map->nr_nodes && i < MAX_NODES; i++) {
        if (map->domain[i] == domain)
            return i;
    }
    return NO_NODE;
}

/* The node of a domain, a new one if it has none; NO_NODE: there are too many. */
static uint32_t node_of(struct numa_map *map, uint32_t domain)
{
    uint32_t node = node_find(map, domain);

    if (node != NO_NODE || map->nr_nodes >= MAX_NODES)
        return node;
    node = map->nr_nodes++;
    map->domain[node] = domain;
    return node;
}

/* Pieces of memory in rising order. */
struct sorted {
    uint32_t nr;
    struct acpi_node_memory at[ACPI_MAX_NODE_MEMORY];
};

static void sort(const struct acpi_info *info, struct sorted *s)
{
    s->nr = 0;
    for (uint32_t i = 0; i < info->nr_node_memory && i < ACPI_MAX_NODE_MEMORY; i++) {
        uint32_t k = i;

        for (; k > 0 && s->at[k - 1].start > info->node_memory[i].start; k--)
            s->at[k] = s->at[k - 1];
        s->at[k] = info->node_memory[i];
        s->nr = i + 1;
    }
}

SC_NULLABLE SC_STRING static const char *memory_make(const struct acpi_info *info, struct numa_map *map)
{
    struct sorted s;
    uint64_t end = 0;

    sort(info, &s);
    for (uint32_t i = 0; i < s.nr && i < ACPI_MAX_NODE_MEMORY; i++) {
        uint32_t node = node_of(map, s.at[i].domain);

        if (node == NO_NODE)
            return "there are too many nodes";
        if (map->nr_ranges == 0 || map->ranges[map->nr_ranges - 1].node != node) {
            if (s.at[i].start < end)
                return "memory of two nodes overlaps";
            map->nr_ranges++;
        }
        end = max_u64(end, s.at[i].end);
        map->ranges[map->nr_ranges - 1] = (struct numa_range){ end >> PAGE_SHIFT, node };
    }
    return NULL;
}

/* The firmware's, or near and far. */
static void distances_make(const struct acpi_info *info, struct numa_map *map)
{
    for (uint32_t i = 0; i < MAX_NODES; i++) {
        for (uint32_t k = 0; k < MAX_NODES; k++) {
            uint32_t from = map->domain[i], to = map->domain[k];

            map->distance[i][k] = i == k ? NUMA_DISTANCE_LOCAL : NUMA_DISTANCE_REMOTE;
            if (i < map->nr_nodes && k < map->nr_nodes && from < info->nr_localities && to < info->nr_localities &&
                from < ACPI_MAX_LOCALITIES && to < ACPI_MAX_LOCALITIES)
                map->distance[i][k] = info->distance[from][to];
        }
    }
}

SC_NULLABLE SC_STRING const char *acpi_nodes_make(const struct acpi_info *info, struct numa_map *map)
{
    const char *wrong;

    *map = (struct numa_map){ 0 };
    if (info->srat_problem != NULL)
        return info->srat_problem;
    if (info->nr_node_memory == 0)
        return "it names no memory";
    for (uint32_t i = 0; i < info->nr_node_cpus && i < ACPI_MAX_CPUS; i++) {
        uint32_t node = node_of(map, info->node_cpus[i].domain);

        if (node == NO_NODE)
            return "there are too many nodes";
        map->cpus[i] = (struct numa_cpu){ info->node_cpus[i].apic_id, node };
        map->nr_cpus = i + 1;
    }
    wrong = memory_make(info, map);
    distances_make(info, map);
    return wrong;
}

bool acpi_nodes_cover(const struct acpi_info *info, uint64_t start, uint64_t end)
{
    struct sorted s;

    sort(info, &s);
    for (uint32_t i = 0; i < s.nr && i < ACPI_MAX_NODE_MEMORY; i++) {
        if (s.at[i].start <= start)
            start = max_u64(start, s.at[i].end);
    }
    return start >= end;
}
