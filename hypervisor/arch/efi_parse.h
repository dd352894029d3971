/* SPDX-License-Identifier: MIT */
/*
 * efi_parse.h - the way from UEFI's system table to the RSDP, read as bytes.
 *
 * As arch/acpi_parse.h: no byte outside [b, b + n) is read.  64-bit firmware only.
 * Tested and fuzzed on the host: tests/unit/acpi, tests/fuzz/acpi.
 * Source: UEFI 2.9, 4.2, 4.3 and 4.6.
 */
#ifndef ARCH_EFI_PARSE_H
#define ARCH_EFI_PARSE_H

#include "core/base.h"

#define EFI_SYSTEM_TABLE_BYTES 120
#define EFI_CONFIG_ENTRY_BYTES 24
#define EFI_MAX_CONFIG_ENTRIES 256

/* Where the configuration table is. */
struct efi_config {
    uint64_t maddr;
    uint32_t nr_entries; /* 0: this is no system table */
};
SC_CORE struct efi_config efi_parse_system_table(const uint8_t *b SC_COUNT(n), uint32_t n);
/* Machine address of the RSDP, of ACPI 2.0 rather than 1.0; 0: none. */
SC_CORE uint64_t efi_config_rsdp(const uint8_t *b SC_COUNT(n), uint32_t n);

#endif
