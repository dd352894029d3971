/* SPDX-License-Identifier: MIT */
/*
 * acpi_nodes.h - from what SRAT and SLIT say to nodes.
 *
 * Pure: no locks, no memory.  Nodes are numbered in the order in which the firmware names their proximity domains,
 * CPUs first.  Tested and fuzzed on the host: tests/unit/acpi, tests/fuzz/acpi.
 */
#ifndef ARCH_ACPI_NODES_H
#define ARCH_ACPI_NODES_H

#include "arch/acpi_parse.h"
#include "core/numa_map.h"

/* Null, and *map is whole; else why the tables cannot be used. */
SC_CORE SC_NULLABLE SC_STRING const char *acpi_nodes_make(const struct acpi_info *info, struct numa_map *map);
/* Does the SRAT say of each byte from start up to end where it is? */
SC_CORE bool acpi_nodes_cover(const struct acpi_info *info, uint64_t start, uint64_t end);

#endif
