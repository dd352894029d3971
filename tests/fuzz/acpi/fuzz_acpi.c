/* SPDX-License-Identifier: MIT */
/*
 * Firmware is not trusted to be well formed: any bytes at all go through every entry of the ACPI parser and of UEFI's.
 *
 * Checks: no read outside the table (ASan), counts within their arrays, ports that are ports, nodes that rise and exist,
 * distances that can be, ends.
 */
#include <stdlib.h>
#include <string.h>

#include "arch/acpi_nodes.h"
#include "arch/acpi_parse.h"
#include "arch/efi_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void info_check(const struct acpi_info *info)
{
    if (info->nr_cpus > ACPI_MAX_CPUS || info->nr_ioapics > ACPI_MAX_IOAPICS || info->nr_overrides > ACPI_MAX_OVERRIDES ||
        info->nr_mcfg > ACPI_MAX_MCFG || info->pm_timer_port > 0xffff || info->pm1a_control_port > 0xffff ||
        info->pm1b_control_port > 0xffff)
        abort();
    for (uint32_t i = 0; i < info->nr_overrides; i++) {
        if (info->overrides[i].irq >= 16)
            abort();
    }
}

static void nodes_check(const struct acpi_info *info)
{
    struct numa_map map;

    if (info->nr_node_cpus > ACPI_MAX_CPUS || info->nr_node_memory > ACPI_MAX_NODE_MEMORY ||
        info->nr_localities > ACPI_MAX_LOCALITIES)
        abort();
    (void)acpi_nodes_cover(info, 0x1000, 0x100000);
    if (acpi_nodes_make(info, &map) != NULL)
        return;
    if (map.nr_nodes == 0 || map.nr_nodes > MAX_NODES || map.nr_ranges == 0 || map.nr_ranges > NUMA_MAX_RANGES)
        abort();
    for (uint32_t i = 0; i < map.nr_ranges; i++) {
        if (map.ranges[i].node >= map.nr_nodes || (i > 0 && map.ranges[i].end_mfn < map.ranges[i - 1].end_mfn))
            abort();
    }
    for (uint32_t i = 0; i < map.nr_nodes; i++) {
        for (uint32_t k = 0; k < map.nr_nodes; k++) {
            if (i == k ? map.distance[i][k] != 10 : map.distance[i][k] <= 10)
                abort();
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct acpi_info info = { 0 };
    uint32_t n = (uint32_t)size;
    uint8_t *copy, sum = 0;

    (void)acpi_parse_rsdp(data, n, &info);
    (void)acpi_table_bytes(data, n);
    if (efi_parse_system_table(data, n).nr_entries > EFI_MAX_CONFIG_ENTRIES)
        abort();
    (void)efi_config_rsdp(data, n);
    for (uint32_t i = 0; i <= ACPI_MAX_TABLES; i++)
        (void)(acpi_root_entry(data, n, true, i) + acpi_root_entry(data, n, false, i));
    (void)acpi_parse_table(data, n, &info);
    if (n < 10)
        return 0;
    /* With a right checksum, on bytes of its own; twice, as firmware may have a table twice. */
    copy = malloc(n);
    if (copy == NULL)
        return 0;
    memcpy(copy, data, n);
    copy[9] = 0;
    for (uint32_t i = 0; i < n; i++)
        sum = (uint8_t)(sum + copy[i]);
    copy[9] = (uint8_t)-sum;
    (void)acpi_parse_table(copy, n, &info);
    (void)acpi_parse_table(copy, n, &info);
    info_check(&info);
    nodes_check(&info);
    free(copy);
    return 0;
}
