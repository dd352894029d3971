/* SPDX-License-Identifier: MIT */
/*
 * acpi_parse.h - reading ACPI tables as bytes.
 *
 * Every function takes the bytes of one table and their number, reads no byte
 * outside them, and ends after at most that many steps; a table that is too
 * short, or a list that runs over its end, is cut there.  No locks, no memory.
 * Tested and fuzzed on the host: tests/unit/acpi, tests/fuzz/acpi.
 * Source: ACPI 6.3, chapter 5; HPET 1.0a, 3.2.4; PCI Firmware 3.0, 4.1.2.
 */
#ifndef ARCH_ACPI_PARSE_H
#define ARCH_ACPI_PARSE_H

#include "core/base.h"

#define ACPI_MAX_CPUS 64
#define ACPI_MAX_IOAPICS 8
#define ACPI_MAX_OVERRIDES 24
#define ACPI_MAX_MCFG 8
#define ACPI_MAX_NODE_MEMORY 32
#define ACPI_MAX_LOCALITIES 64
#define ACPI_MAX_TABLES 64
#define ACPI_HEADER_BYTES 36
#define ACPI_TABLE_MAX_BYTES 0x10000U /* more than any table that is read here can use */
#define ACPI_RSDP_BYTES 36

struct acpi_cpu {
    uint32_t apic_id, acpi_id;
};
struct acpi_ioapic {
    uint32_t maddr, gsi_base;
    uint8_t id;
};
/* An ISA interrupt that is not the GSI of its number, or not edge and active high. */
struct acpi_override {
    uint32_t gsi;
    uint8_t irq;
    bool level, active_low;
};
struct acpi_mcfg {
    uint64_t maddr;
    uint16_t segment;
    uint8_t start_bus, end_bus;
};

/* What belongs to a proximity domain: a CPU, or memory from start up to end. */
struct acpi_node_cpu {
    uint32_t apic_id, domain;
};
struct acpi_node_memory {
    uint64_t start, end;
    uint32_t domain;
};

struct acpi_info {
    uint64_t rsdp, root; /* machine addresses; 0: none, or for the RSDP: only the loader's copy is known */
    bool root_is_xsdt;
    /* MADT */
    uint64_t lapic;
    bool has_8259;    /* PCAT_COMPAT: there are PICs to mask */
    uint32_t nr_cpus; /* enabled ones */
    struct acpi_cpu cpus[ACPI_MAX_CPUS];
    uint32_t nr_ioapics;
    struct acpi_ioapic ioapics[ACPI_MAX_IOAPICS];
    uint32_t nr_overrides;
    struct acpi_override overrides[ACPI_MAX_OVERRIDES];
    uint32_t nr_nmis; /* local APIC NMI entries */
    uint8_t nmi_lint; /* of the first */
    /* FADT */
    bool has_fadt;
    uint32_t pm_timer_port; /* 0: none */
    bool pm_timer_32bit;    /* else 24 bits */
    uint16_t sci;
    uint32_t pm1a_control_port, pm1b_control_port; /* 0: none */
    bool reset_supported;
    uint8_t reset_space; /* ACPI 6.3, table 5-25: 0 memory, 1 port */
    uint8_t reset_value;
    uint64_t reset_address;
    /* HPET, MCFG */
    uint64_t hpet; /* 0: none */
    uint32_t nr_mcfg;
    struct acpi_mcfg mcfg[ACPI_MAX_MCFG];
    /* SRAT: enabled entries */
    bool has_srat;
    const char *srat_problem SC_STRING; /* null: none */
    uint32_t nr_node_cpus;
    struct acpi_node_cpu node_cpus[ACPI_MAX_CPUS];
    uint32_t nr_node_memory;
    struct acpi_node_memory node_memory[ACPI_MAX_NODE_MEMORY];
    /* SLIT, by proximity domains */
    uint32_t nr_localities; /* 0: none that can be used */
    uint8_t distance[ACPI_MAX_LOCALITIES][ACPI_MAX_LOCALITIES];
};

/* Do the bytes sum to zero? */
SC_CORE bool acpi_checksum_ok(const uint8_t *b SC_COUNT(n), uint32_t n);
/* Does this table carry the signature? */
SC_CORE bool acpi_is(const uint8_t *b SC_COUNT(n), uint32_t n, const char *signature SC_COUNT(4));
/* The length a header states; 0 when it is not a sane one. */
SC_CORE uint32_t acpi_table_bytes(const uint8_t *b SC_COUNT(n), uint32_t n);
/* An RSDP at the start of b?  Fills root and root_is_xsdt. */
SC_CORE bool acpi_parse_rsdp(const uint8_t *b SC_COUNT(n), uint32_t n, struct acpi_info *info);
/* The i-th address an RSDT or XSDT lists; 0 past its end. */
SC_CORE uint64_t acpi_root_entry(const uint8_t *b SC_COUNT(n), uint32_t n, bool is_xsdt, uint32_t i);
/* A whole table: by its signature into info.  False: checksum, or not one that is read. */
SC_CORE bool acpi_parse_table(const uint8_t *b SC_COUNT(n), uint32_t n, struct acpi_info *info);

#endif
