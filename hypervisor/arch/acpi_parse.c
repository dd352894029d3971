/* SPDX-License-Identifier: MIT */
/* acpi_parse.c - see acpi_parse.h.  Offsets are those of the tables named in each function. */
#include "arch/acpi_parse.h"

/* Fields; zero when they are not inside the table. */
static uint8_t get8(const uint8_t *b SC_COUNT(n), uint32_t n, uint32_t at)
{
    return at < n ? b[at] : 0;
}

static uint16_t get16(const uint8_t *b SC_COUNT(n), uint32_t n, uint32_t at)
{
    return at < n && n - at >= 2 ? (uint16_t)(b[at] | b[at + 1] << 8) : 0;
}

static uint32_t get32(const uint8_t *b SC_COUNT(n), uint32_t n, uint32_t at)
{
    return at < n && n - at >= 4 ? get16(b, n, at) | (uint32_t)get16(b, n, at + 2) << 16 : 0;
}

static uint64_t get64(const uint8_t *b SC_COUNT(n), uint32_t n, uint32_t at)
{
    return at < n && n - at >= 8 ? get32(b, n, at) | (uint64_t)get32(b, n, at + 4) << 32 : 0;
}

bool acpi_checksum_ok(const uint8_t *b, uint32_t n)
{
    uint8_t sum = 0;

    for (uint32_t i = 0; i < n; i++)
        sum = (uint8_t)(sum + b[i]);
    return sum == 0;
}

bool acpi_is(const uint8_t *b, uint32_t n, const char *signature)
{
    for (uint32_t i = 0; i < 4; i++) {
        if (get8(b, n, i) != (uint8_t)signature[i])
            return false;
    }
    return true;
}

uint32_t acpi_table_bytes(const uint8_t *b, uint32_t n)
{
    uint32_t length = get32(b, n, 4);

    return length >= ACPI_HEADER_BYTES && length <= ACPI_TABLE_MAX_BYTES ? length : 0;
}

/* ACPI 6.3, 5.2.5.3: 20 bytes in revision 0, 36 from 2 on. */
bool acpi_parse_rsdp(const uint8_t *b, uint32_t n, struct acpi_info *info)
{
    static const char signature[8] = { 'R', 'S', 'D', ' ', 'P', 'T', 'R', ' ' };

    for (uint32_t i = 0; i < sizeof(signature); i++) {
        if (get8(b, n, i) != (uint8_t)signature[i])
            return false;
    }
    if (n < 20 || !acpi_checksum_ok(b, 20))
        return false;
    info->root = get32(b, n, 16);
    info->root_is_xsdt = false;
    if (get8(b, n, 15) >= 2 && n >= ACPI_RSDP_BYTES && acpi_checksum_ok(b, ACPI_RSDP_BYTES) && get64(b, n, 24) != 0) {
        info->root = get64(b, n, 24);
        info->root_is_xsdt = true;
    }
    return info->root != 0;
}

uint64_t acpi_root_entry(const uint8_t *b, uint32_t n, bool is_xsdt, uint32_t i)
{
    if (i >= ACPI_MAX_TABLES)
        return 0;
    return is_xsdt ? get64(b, n, ACPI_HEADER_BYTES + i * 8) : get32(b, n, ACPI_HEADER_BYTES + i * 4);
}

/* ---- MADT: 5.2.12 ---- */

static void cpu_add(struct acpi_info *info, uint32_t apic_id, uint32_t acpi_id, uint32_t flags)
{
    if ((flags & 1) == 0 || info->nr_cpus >= ACPI_MAX_CPUS)
        return;
    info->cpus[info->nr_cpus++] = (struct acpi_cpu){ apic_id, acpi_id };
}

static void ioapic_add(struct acpi_info *info, const uint8_t *b SC_COUNT(n), uint32_t n)
{
    if (n < 12 || info->nr_ioapics >= ACPI_MAX_IOAPICS || get32(b, n, 4) == 0)
        return;
    info->ioapics[info->nr_ioapics++] =
        (struct acpi_ioapic){ .maddr = get32(b, n, 4), .gsi_base = get32(b, n, 8), .id = get8(b, n, 2) };
}

/* Flags (table 5-50): bits 0-1 polarity, 2-3 trigger; 0 as the bus has it: ISA, edge and high. */
static void override_add(struct acpi_info *info, const uint8_t *b SC_COUNT(n), uint32_t n)
{
    uint16_t flags = get16(b, n, 8);

    if (n < 10 || info->nr_overrides >= ACPI_MAX_OVERRIDES || get8(b, n, 3) >= 16)
        return;
    info->overrides[info->nr_overrides++] = (struct acpi_override){
        .gsi = get32(b, n, 4),
        .irq = get8(b, n, 3),
        .level = (flags >> 2 & 3) == 3,
        .active_low = (flags & 3) == 3,
    };
}

static void nmi_add(struct acpi_info *info, uint8_t lint)
{
    if (info->nr_nmis++ == 0)
        info->nmi_lint = lint;
}

/* One interrupt controller structure of n bytes. */
static void madt_entry(const uint8_t *b SC_COUNT(n), uint32_t n, struct acpi_info *info)
{
    switch (get8(b, n, 0)) {
    case 0: /* local APIC */ cpu_add(info, get8(b, n, 3), get8(b, n, 2), get32(b, n, 4)); break;
    case 1: ioapic_add(info, b, n); break;
    case 2: override_add(info, b, n); break;
    case 4: /* local APIC NMI */ nmi_add(info, get8(b, n, 5)); break;
    case 5: /* local APIC address override */
        if (get64(b, n, 4) != 0)
            info->lapic = get64(b, n, 4);
        break;
    case 9: /* local x2APIC */ cpu_add(info, get32(b, n, 4), get32(b, n, 12), get32(b, n, 8)); break;
    default: break;
    }
}

static void parse_madt(const uint8_t *b SC_COUNT(n), uint32_t n, struct acpi_info *info)
{
    uint32_t at = 44;

    info->lapic = get32(b, n, 36);
    info->has_8259 = (get32(b, n, 40) & 1) != 0;
    while (at < n && n - at >= 2) {
        uint32_t length = b[at + 1];

        if (length < 2 || length > n - at)
            return;
        madt_entry(&b[at], length, info);
        at += length;
    }
}

/* ---- FADT: 5.2.9 ---- */

#define FADT_TMR_VAL_EXT (1U << 8)
#define FADT_RESET_REG_SUP (1U << 10)

/* A port block: the extended address (a GAS in port space) where there is one. */
static uint32_t port_block(const uint8_t *b SC_COUNT(n), uint32_t n, uint32_t legacy, uint32_t extended)
{
    uint64_t x = get64(b, n, extended + 4);

    if (get8(b, n, extended) == 1 && x != 0 && x <= 0xffff)
        return (uint32_t)x;
    return get32(b, n, legacy) <= 0xffff ? get32(b, n, legacy) : 0;
}

static void parse_fadt(const uint8_t *b SC_COUNT(n), uint32_t n, struct acpi_info *info)
{
    uint32_t flags = get32(b, n, 112);

    info->has_fadt = true;
    info->sci = get16(b, n, 46);
    info->pm1a_control_port = port_block(b, n, 64, 172);
    info->pm1b_control_port = port_block(b, n, 68, 184);
    info->pm_timer_port = get8(b, n, 91) == 4 ? port_block(b, n, 76, 208) : 0;
    info->pm_timer_32bit = (flags & FADT_TMR_VAL_EXT) != 0;
    info->reset_supported = (flags & FADT_RESET_REG_SUP) != 0 && n >= 129 && get8(b, n, 117) == 8;
    info->reset_space = get8(b, n, 116);
    info->reset_address = get64(b, n, 120);
    info->reset_value = get8(b, n, 128);
}

/* HPET 1.0a, 3.2.4: the base address is a GAS in memory space. */
static void parse_hpet(const uint8_t *b SC_COUNT(n), uint32_t n, struct acpi_info *info)
{
    if (get8(b, n, 40) == 0 && info->hpet == 0)
        info->hpet = get64(b, n, 44);
}

/* PCI Firmware 3.0, 4.1.2: 8 bytes reserved, then 16 bytes an entry. */
static void parse_mcfg(const uint8_t *b SC_COUNT(n), uint32_t n, struct acpi_info *info)
{
    for (uint32_t at = 44; at < n && n - at >= 16 && info->nr_mcfg < ACPI_MAX_MCFG; at += 16) {
        if (b[at + 10] > b[at + 11])
            continue;
        info->mcfg[info->nr_mcfg++] = (struct acpi_mcfg){
            .maddr = get64(b, n, at),
            .segment = get16(b, n, at + 8),
            .start_bus = b[at + 10],
            .end_bus = b[at + 11],
        };
    }
}

/* ---- SRAT: 5.2.16 ---- */

static void srat_problem(struct acpi_info *info, const char *why SC_STRING)
{
    if (info->srat_problem == NULL)
        info->srat_problem = why;
}

static void node_cpu_add(struct acpi_info *info, uint32_t apic_id, uint32_t domain, uint32_t flags)
{
    if ((flags & 1) == 0 || info->nr_node_cpus >= ACPI_MAX_CPUS)
        return;
    info->node_cpus[info->nr_node_cpus++] = (struct acpi_node_cpu){ apic_id, domain };
}

static void node_memory_add(struct acpi_info *info, uint64_t start, uint64_t nr_bytes, uint32_t domain)
{
    if (nr_bytes == 0)
        return;
    if (start + nr_bytes < start) {
        srat_problem(info, "memory beyond the end of the address space");
        return;
    }
    if (info->nr_node_memory >= ACPI_MAX_NODE_MEMORY) {
        srat_problem(info, "too many pieces of memory");
        return;
    }
    info->node_memory[info->nr_node_memory++] = (struct acpi_node_memory){ start, start + nr_bytes, domain };
}

/* One affinity structure of n bytes; in revision 1 a proximity domain has 8 bits, the others are reserved. */
static void srat_entry(const uint8_t *b SC_COUNT(n), uint32_t n, uint8_t revision, struct acpi_info *info)
{
    uint32_t mask = revision < 2 ? 0xff : UINT32_MAX;

    switch (get8(b, n, 0)) {
    case 0: /* local APIC */
        if (n < 16)
            srat_problem(info, "an entry is too short");
        node_cpu_add(info, get8(b, n, 3), (get8(b, n, 2) | (get32(b, n, 8) & 0xffffff00)) & mask, get32(b, n, 4));
        break;
    case 1: /* memory */
        if (n < 40)
            srat_problem(info, "an entry is too short");
        if ((get32(b, n, 28) & 1) != 0)
            node_memory_add(info, get64(b, n, 8), get64(b, n, 16), get32(b, n, 2) & mask);
        break;
    case 2: /* local x2APIC */
        if (n < 24)
            srat_problem(info, "an entry is too short");
        node_cpu_add(info, get32(b, n, 8), get32(b, n, 4) & mask, get32(b, n, 12));
        break;
    default: break;
    }
}

static void parse_srat(const uint8_t *b SC_COUNT(n), uint32_t n, struct acpi_info *info)
{
    uint32_t at = 48;

    info->has_srat = true;
    while (at < n && n - at >= 2) {
        uint32_t length = b[at + 1];

        if (length < 2 || length > n - at) {
            srat_problem(info, "an entry runs over its end");
            return;
        }
        srat_entry(&b[at], length, get8(b, n, 8), info);
        at += length;
    }
}

/* ---- SLIT: 5.2.17 ---- */

/* 10 is a domain to itself; any other pair is further apart. */
static bool slit_ok(const uint8_t *b SC_COUNT(n), uint32_t n, uint32_t nr)
{
    for (uint32_t i = 0; i < nr; i++) {
        for (uint32_t k = 0; k < nr; k++) {
            uint8_t far = get8(b, n, 44 + i * nr + k);

            if (i == k ? far != 10 : far <= 10)
                return false;
        }
    }
    return true;
}

static void parse_slit(const uint8_t *b SC_COUNT(n), uint32_t n, struct acpi_info *info)
{
    uint64_t wanted = get64(b, n, 36);
    uint32_t nr = wanted <= ACPI_MAX_LOCALITIES ? (uint32_t)wanted : 0;

    info->nr_localities = 0;
    if (n < 44 || nr * nr > n - 44 || !slit_ok(b, n, nr))
        return;
    info->nr_localities = nr;
    for (uint32_t i = 0; i < nr && i < ACPI_MAX_LOCALITIES; i++) {
        for (uint32_t k = 0; k < nr && k < ACPI_MAX_LOCALITIES; k++)
            info->distance[i][k] = get8(b, n, 44 + i * nr + k);
    }
}

bool acpi_parse_table(const uint8_t *b, uint32_t n, struct acpi_info *info)
{
    if (n < ACPI_HEADER_BYTES || !acpi_checksum_ok(b, n))
        return false;
    if (acpi_is(b, n, "APIC"))
        parse_madt(b, n, info);
    else if (acpi_is(b, n, "FACP"))
        parse_fadt(b, n, info);
    else if (acpi_is(b, n, "HPET"))
        parse_hpet(b, n, info);
    else if (acpi_is(b, n, "MCFG"))
        parse_mcfg(b, n, info);
    else if (acpi_is(b, n, "SRAT"))
        parse_srat(b, n, info);
    else if (acpi_is(b, n, "SLIT"))
        parse_slit(b, n, info);
    else
        return false;
    return true;
}
