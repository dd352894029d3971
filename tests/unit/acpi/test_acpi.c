/* SPDX-License-Identifier: MIT */
/*
 * The ACPI parser (arch/acpi_parse.c), the way to it from UEFI's system table (arch/efi_parse.c), and the CMOS clock's decoder
 * (arch/rtc_decode.c).
 *
 * Checks: RSDP of both revisions, checksums, lengths; MADT entries, cut and looping lists, too many entries; FADT ports and reset
 *   register; HPET; MCFG; SRAT and SLIT, and the nodes made
 *   of them: holes, overlaps, too many, not all covered; system tables and configuration tables, cut ones too; dates in BCD and binary, 12 and 24 hours, leap years, centuries.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arch/acpi_nodes.h"
#include "arch/acpi_parse.h"
#include "arch/efi_parse.h"
#include "arch/rtc.h"

/* A table on the heap with exactly its bytes, so that ASan sees a read past the end. */
struct table {
    uint8_t *b;
    uint32_t n;
};

static void put(struct table *t, uint32_t at, uint64_t v, unsigned nr_bytes)
{
    for (unsigned i = 0; i < nr_bytes; i++)
        t->b[at + i] = (uint8_t)(v >> (8 * i));
}

static void sum(struct table *t)
{
    uint8_t s = 0;

    t->b[9] = 0;
    for (uint32_t i = 0; i < t->n; i++)
        s = (uint8_t)(s + t->b[i]);
    t->b[9] = (uint8_t)-s;
}

static struct table make(const char *signature, uint32_t n)
{
    struct table t = { calloc(1, n), n };

    memcpy(t.b, signature, 4);
    put(&t, 4, n, 4);
    return t;
}

static bool parse(struct table *t, struct acpi_info *info)
{
    bool ok;

    sum(t);
    ok = acpi_parse_table(t->b, t->n, info);
    free(t->b);
    return ok;
}

static void test_rsdp(void **state)
{
    struct acpi_info info = { 0 };
    struct table t = { calloc(1, 36), 36 };
    uint8_t s = 0;

    memcpy(t.b, "RSD PTR ", 8);
    put(&t, 16, 0x1234, 4);
    for (unsigned i = 0; i < 20; i++)
        s = (uint8_t)(s + t.b[i]);
    t.b[8] = (uint8_t)-s;
    assert_true(acpi_parse_rsdp(t.b, 36, &info));
    assert_int_equal(info.root, 0x1234);
    assert_false(info.root_is_xsdt);
    assert_true(acpi_parse_rsdp(t.b, 20, &info));
    assert_false(acpi_parse_rsdp(t.b, 19, &info));

    /* Revision 2 with a wrong extended checksum: the RSDT is used. */
    t.b[15] = 2;
    t.b[8] = (uint8_t)(t.b[8] - 2);
    put(&t, 24, 0x123456789a, 8);
    assert_true(acpi_parse_rsdp(t.b, 36, &info));
    assert_false(info.root_is_xsdt);
    s = 0;
    for (unsigned i = 0; i < 36; i++)
        s = (uint8_t)(s + t.b[i]);
    t.b[32] = (uint8_t)-s;
    assert_true(acpi_parse_rsdp(t.b, 36, &info));
    assert_true(info.root_is_xsdt);
    assert_int_equal(info.root, 0x123456789a);
    t.b[0] = 'X';
    assert_false(acpi_parse_rsdp(t.b, 36, &info));
    free(t.b);
}

static void test_efi_system_table(void **state)
{
    struct table t = { calloc(1, EFI_SYSTEM_TABLE_BYTES), EFI_SYSTEM_TABLE_BYTES };
    struct efi_config c;

    memcpy(t.b, "IBI SYST", 8);
    put(&t, 104, 10, 8);
    put(&t, 112, 0x123456789a, 8);
    c = efi_parse_system_table(t.b, t.n);
    assert_int_equal(c.maddr, 0x123456789a);
    assert_int_equal(c.nr_entries, 10);
    for (uint32_t n = 0; n < 8; n++)
        assert_int_equal(efi_parse_system_table(t.b, n).nr_entries, 0);
    put(&t, 104, EFI_MAX_CONFIG_ENTRIES + 1, 8);
    assert_int_equal(efi_parse_system_table(t.b, t.n).nr_entries, 0);
    put(&t, 104, 1, 8);
    put(&t, 112, 0, 8);
    assert_int_equal(efi_parse_system_table(t.b, t.n).nr_entries, 0);
    put(&t, 112, 1, 8);
    t.b[7] = 'X';
    assert_int_equal(efi_parse_system_table(t.b, t.n).nr_entries, 0);
    free(t.b);
}

static void test_efi_config(void **state)
{
    static const uint8_t acpi20[] = { 0x71, 0xe8, 0x68, 0x88, 0xf1, 0xe4, 0xd3, 0x11,
                                      0xbc, 0x22, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81 };
    static const uint8_t acpi10[] = { 0x30, 0x2d, 0x9d, 0xeb, 0x88, 0x2d, 0xd3, 0x11,
                                      0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d };
    struct table t = { calloc(1, 4 * 24), 4 * 24 };

    assert_int_equal(efi_config_rsdp(t.b, t.n), 0);
    memcpy(&t.b[24], acpi10, 16);
    put(&t, 24 + 16, 0x1000, 8);
    assert_int_equal(efi_config_rsdp(t.b, t.n), 0x1000);
    memcpy(&t.b[72], acpi20, 16);
    put(&t, 72 + 16, 0x123456789000, 8);
    assert_int_equal(efi_config_rsdp(t.b, t.n), 0x123456789000);
    assert_int_equal(efi_config_rsdp(t.b, t.n - 1), 0x1000); /* its entry is cut */
    memcpy(&t.b[24], acpi20, 16);
    t.b[24 + 15] ^= 1;
    assert_int_equal(efi_config_rsdp(t.b, 72), 0);
    assert_int_equal(efi_config_rsdp(t.b, 0), 0);
    free(t.b);
}

static void test_lengths(void **state)
{
    struct table t = make("APIC", 36);

    assert_int_equal(acpi_table_bytes(t.b, 36), 36);
    put(&t, 4, 35, 4);
    assert_int_equal(acpi_table_bytes(t.b, 36), 0);
    put(&t, 4, 0xffffffff, 4);
    assert_int_equal(acpi_table_bytes(t.b, 36), 0);
    put(&t, 4, ACPI_TABLE_MAX_BYTES, 4);
    assert_int_equal(acpi_table_bytes(t.b, 36), ACPI_TABLE_MAX_BYTES);
    assert_int_equal(acpi_table_bytes(t.b, 7), 0);
    free(t.b);
}

static void test_root_entries(void **state)
{
    struct table t = make("XSDT", 36 + 17);

    put(&t, 36, 0x1111, 8);
    put(&t, 44, 0x2222333344UL, 8);
    assert_int_equal(acpi_root_entry(t.b, t.n, true, 0), 0x1111);
    assert_int_equal(acpi_root_entry(t.b, t.n, true, 1), 0x2222333344UL);
    assert_int_equal(acpi_root_entry(t.b, t.n, true, 2), 0);
    assert_int_equal(acpi_root_entry(t.b, t.n, false, 0), 0x1111);
    assert_int_equal(acpi_root_entry(t.b, t.n, true, 0xffffffff), 0);
    free(t.b);
}

static void test_madt(void **state)
{
    static const uint8_t entries[] = {
        0, 8, 7, 3, 1, 0, 0, 0,                           /* CPU: ACPI id 7, APIC id 3 */
        0, 8, 8, 4, 0, 0, 0, 0,                           /* not enabled */
        1, 12, 9, 0, 0, 0, 0xc0, 0xfe, 24, 0, 0, 0,       /* IOAPIC 9, GSIs from 24 */
        2, 10, 0, 9, 20, 0, 0, 0, 0x0f, 0,                /* ISA 9: GSI 20, level, low */
        2, 10, 0, 16, 1, 0, 0, 0, 0, 0,                   /* no ISA interrupt */
        4, 6, 0xff, 0, 0, 1,                              /* NMI at LINT1 */
        5, 12, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0,              /* local APIC at 4 GiB */
        9, 16, 0, 0, 0x44, 1, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0, /* x2APIC 0x144 */
        77, 3, 0,                                         /* unknown */
    };
    struct table t = make("APIC", 44 + sizeof(entries));
    struct acpi_info info = { 0 };

    put(&t, 36, 0xfee00000, 4);
    put(&t, 40, 1, 4);
    memcpy(&t.b[44], entries, sizeof(entries));
    assert_true(parse(&t, &info));
    assert_int_equal(info.nr_cpus, 2);
    assert_int_equal(info.cpus[0].apic_id, 3);
    assert_int_equal(info.cpus[0].acpi_id, 7);
    assert_int_equal(info.cpus[1].apic_id, 0x144);
    assert_int_equal(info.nr_ioapics, 1);
    assert_int_equal(info.ioapics[0].maddr, 0xfec00000);
    assert_int_equal(info.ioapics[0].gsi_base, 24);
    assert_int_equal(info.nr_overrides, 1);
    assert_int_equal(info.overrides[0].gsi, 20);
    assert_true(info.overrides[0].level && info.overrides[0].active_low);
    assert_int_equal(info.nr_nmis, 1);
    assert_int_equal(info.nmi_lint, 1);
    assert_int_equal(info.lapic, 0x100000000UL);
    assert_true(info.has_8259);
}

/* Lists that end in the middle of an entry, entries of length 0, more entries than there is room for. */
static void test_madt_hostile(void **state)
{
    struct acpi_info info = { 0 };
    struct table t = make("APIC", 46);

    t.b[44] = 0;
    t.b[45] = 0; /* length 0: would loop */
    assert_true(parse(&t, &info));
    t = make("APIC", 45);
    assert_true(parse(&t, &info));
    t = make("APIC", 48);
    t.b[44] = 1;
    t.b[45] = 200; /* runs over */
    assert_true(parse(&t, &info));
    t = make("APIC", 48);
    t.b[44] = 1;
    t.b[45] = 4; /* too short for its type */
    assert_true(parse(&t, &info));
    assert_int_equal(info.nr_ioapics, 0);
    t = make("APIC", 44 + 300 * 8);
    for (uint32_t i = 0; i < 300; i++) {
        t.b[44 + i * 8 + 1] = 8;
        t.b[44 + i * 8 + 4] = 1;
    }
    assert_true(parse(&t, &info));
    assert_int_equal(info.nr_cpus, ACPI_MAX_CPUS);
}

static void test_checksum(void **state)
{
    struct acpi_info info = { 0 };
    struct table t = make("HPET", 56);

    sum(&t);
    t.b[50]++;
    assert_false(acpi_parse_table(t.b, t.n, &info));
    assert_false(acpi_parse_table(t.b, 35, &info));
    assert_int_equal(info.hpet, 0);
    free(t.b);
}

static void test_fadt(void **state)
{
    struct acpi_info info = { 0 };
    struct table t = make("FACP", 244);

    put(&t, 46, 9, 2);
    put(&t, 64, 0x604, 4);
    put(&t, 76, 0x608, 4);
    t.b[91] = 4;
    put(&t, 112, 1 << 8 | 1 << 10, 4);
    t.b[116] = 1;
    t.b[117] = 8;
    put(&t, 120, 0xcf9, 8);
    t.b[128] = 0xf;
    t.b[208] = 1; /* the extended block wins */
    put(&t, 212, 0x708, 8);
    assert_true(parse(&t, &info));
    assert_int_equal(info.sci, 9);
    assert_int_equal(info.pm1a_control_port, 0x604);
    assert_int_equal(info.pm1b_control_port, 0);
    assert_int_equal(info.pm_timer_port, 0x708);
    assert_true(info.pm_timer_32bit && info.reset_supported);
    assert_int_equal(info.reset_address, 0xcf9);
    assert_int_equal(info.reset_value, 0xf);

    /* ACPI 1.0: 116 bytes; a reset flag without a register; ports that cannot be. */
    t = make("FACP", 116);
    put(&t, 76, 0x10000, 4);
    t.b[91] = 4;
    put(&t, 112, 1 << 10, 4);
    assert_true(parse(&t, &info));
    assert_false(info.reset_supported);
    assert_int_equal(info.pm_timer_port, 0);
}

static void test_hpet_mcfg(void **state)
{
    struct acpi_info info = { 0 };
    struct table t = make("HPET", 56);

    put(&t, 44, 0xfed00000, 8);
    assert_true(parse(&t, &info));
    assert_int_equal(info.hpet, 0xfed00000);
    t = make("MCFG", 44 + 16 * 2 + 15);
    put(&t, 44, 0xb0000000, 8);
    put(&t, 52, 1, 2);
    t.b[55] = 255;
    t.b[60 + 10] = 9; /* buses 9 to 0 */
    assert_true(parse(&t, &info));
    assert_int_equal(info.nr_mcfg, 1);
    assert_int_equal(info.mcfg[0].maddr, 0xb0000000);
    assert_int_equal(info.mcfg[0].segment, 1);
    assert_int_equal(info.mcfg[0].end_bus, 255);
}

#define GIB (1UL << 30)

/* An SRAT of the given entries. */
static struct table srat(const uint8_t *entries, uint32_t nr_bytes)
{
    struct table t = make("SRAT", 48 + nr_bytes);

    t.b[8] = 3;
    if (nr_bytes != 0)
        memcpy(&t.b[48], entries, nr_bytes);
    return t;
}

/* One more memory entry at the end. */
static void add_memory(struct table *t, uint64_t start, uint64_t nr_bytes, uint32_t domain, uint32_t flags)
{
    uint32_t at = t->n;

    t->n += 40;
    t->b = realloc(t->b, t->n);
    memset(&t->b[at], 0, 40);
    put(t, 4, t->n, 4);
    t->b[at] = 1;
    t->b[at + 1] = 40;
    put(t, at + 2, domain, 4);
    put(t, at + 8, start, 8);
    put(t, at + 16, nr_bytes, 8);
    put(t, at + 28, flags, 4);
}

static const uint8_t srat_cpus[] = {
    0, 16, 7, 1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0,                                 /* APIC 1: domain 0x107 */
    0, 16, 9, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,                                 /* not enabled */
    2, 24, 0, 0, 5, 0, 0, 0, 0x44, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,      /* x2APIC 0x144: domain 5 */
};

/* CPUs first; node 0 has memory below and above a hole; 5 has what is between. */
static void test_srat(void **state)
{
    struct acpi_info info = { 0 };
    struct table t = srat(srat_cpus, sizeof(srat_cpus));
    struct numa_map map;

    add_memory(&t, 4 * GIB, GIB, 0x107, 1);
    add_memory(&t, 0, 0xa0000, 0x107, 1);
    add_memory(&t, 0x100000, GIB - 0x100000, 0x107, 1);
    add_memory(&t, GIB, GIB, 5, 3);
    add_memory(&t, 8 * GIB, GIB, 99, 0); /* not enabled */
    add_memory(&t, 8 * GIB, 0, 98, 1);   /* nothing */
    assert_true(parse(&t, &info));
    assert_true(info.has_srat);
    assert_null(info.srat_problem);
    assert_int_equal(info.nr_node_cpus, 2);
    assert_int_equal(info.nr_node_memory, 4);
    assert_null(acpi_nodes_make(&info, &map));
    assert_int_equal(map.nr_nodes, 2);
    assert_int_equal(map.domain[0], 0x107);
    assert_int_equal(map.domain[1], 5);
    assert_int_equal(map.cpus[0].apic_id, 1);
    assert_int_equal(map.cpus[1].apic_id, 0x144);
    assert_int_equal(map.cpus[1].node, 1);
    assert_int_equal(map.nr_ranges, 3);
    assert_int_equal(map.ranges[0].end_mfn, GIB >> 12);
    assert_int_equal(map.ranges[1].end_mfn, 2 * GIB >> 12);
    assert_int_equal(map.ranges[1].node, 1);
    assert_int_equal(map.ranges[2].end_mfn, 5 * GIB >> 12);
    assert_int_equal(map.ranges[2].node, 0);
    assert_int_equal(map.distance[0][1], 20);
    assert_int_equal(map.distance[1][1], 10);
    assert_true(acpi_nodes_cover(&info, 0x100000, 2 * GIB));
    assert_true(acpi_nodes_cover(&info, 4 * GIB, 5 * GIB));
    assert_false(acpi_nodes_cover(&info, 0x90000, 0x101000));
    assert_false(acpi_nodes_cover(&info, GIB, 3 * GIB));
    assert_false(acpi_nodes_cover(&info, 4 * GIB, 5 * GIB + 1));
}

/* In revision 1 a domain has 8 bits. */
static void test_srat_revision_1(void **state)
{
    struct acpi_info info = { 0 };
    struct table t = srat(srat_cpus, sizeof(srat_cpus));

    add_memory(&t, 0, GIB, 0x12345607, 1);
    t.b[8] = 1;
    assert_true(parse(&t, &info));
    assert_int_equal(info.node_cpus[0].domain, 7);
    assert_int_equal(info.node_memory[0].domain, 7);
}

static const char *nodes_of(struct table *t)
{
    struct acpi_info info = { 0 };
    struct numa_map map;

    assert_true(parse(t, &info));
    return acpi_nodes_make(&info, &map);
}

static void test_srat_hostile(void **state)
{
    struct table t = srat(NULL, 0);

    assert_string_equal(nodes_of(&t), "it names no memory");
    t = srat((const uint8_t[]){ 1, 200 }, 2);
    assert_string_equal(nodes_of(&t), "an entry runs over its end");
    t = srat((const uint8_t[]){ 1, 0 }, 2);
    assert_string_equal(nodes_of(&t), "an entry runs over its end");
    t = srat((const uint8_t[]){ 1, 4, 0, 0 }, 4);
    assert_string_equal(nodes_of(&t), "an entry is too short");
    t = srat((const uint8_t[]){ 0, 4, 0, 0 }, 4);
    assert_string_equal(nodes_of(&t), "an entry is too short");
    t = srat((const uint8_t[]){ 2, 4, 0, 0 }, 4);
    assert_string_equal(nodes_of(&t), "an entry is too short");
    t = srat(NULL, 0);
    add_memory(&t, UINT64_MAX - 1, 3, 0, 1);
    assert_string_equal(nodes_of(&t), "memory beyond the end of the address space");
    t = srat(NULL, 0);
    add_memory(&t, GIB, GIB, 1, 1);
    add_memory(&t, 0, GIB + 1, 0, 1);
    assert_string_equal(nodes_of(&t), "memory of two nodes overlaps");
    t = srat(NULL, 0);
    for (uint32_t i = 0; i <= ACPI_MAX_NODE_MEMORY; i++)
        add_memory(&t, i * GIB, GIB, 0, 1);
    assert_string_equal(nodes_of(&t), "too many pieces of memory");
    t = srat(NULL, 0);
    for (uint32_t i = 0; i <= MAX_NODES; i++)
        add_memory(&t, i * GIB, GIB, i, 1);
    assert_string_equal(nodes_of(&t), "there are too many nodes");
    t = srat(NULL, 0);
    for (uint32_t i = 0; i < MAX_NODES; i++)
        add_memory(&t, i * GIB, GIB, i, 1);
    assert_null(nodes_of(&t));
}

static struct table slit(uint64_t nr, const uint8_t *far)
{
    struct table t = make("SLIT", 44 + (uint32_t)(nr * nr));

    put(&t, 36, nr, 8);
    memcpy(&t.b[44], far, nr * nr);
    return t;
}

static void test_slit(void **state)
{
    static const uint8_t good[] = { 10, 21, 31, 17, 10, 21, 99, 255, 10 };
    struct acpi_info info = { 0 };
    struct table t = slit(3, good);
    struct numa_map map;

    assert_true(parse(&t, &info));
    assert_int_equal(info.nr_localities, 3);
    t = srat(NULL, 0);
    add_memory(&t, 0, GIB, 2, 1); /* node 0 */
    add_memory(&t, GIB, GIB, 0, 1);
    add_memory(&t, 2 * GIB, GIB, 3, 1); /* not in the SLIT */
    assert_true(parse(&t, &info));
    assert_null(acpi_nodes_make(&info, &map));
    assert_int_equal(map.distance[0][1], 99);
    assert_int_equal(map.distance[1][0], 31);
    assert_int_equal(map.distance[0][0], 10);
    assert_int_equal(map.distance[0][2], 20);
    assert_int_equal(map.distance[2][2], 10);
}

static void test_slit_hostile(void **state)
{
    static const uint8_t not_ten[] = { 10, 20, 20, 11 }, near[] = { 10, 10, 20, 10 };
    struct acpi_info info = { 0 };
    struct table t = slit(2, not_ten);

    assert_true(parse(&t, &info));
    assert_int_equal(info.nr_localities, 0);
    t = slit(2, near);
    assert_true(parse(&t, &info));
    assert_int_equal(info.nr_localities, 0);
    t = make("SLIT", 44 + 3); /* too short for two */
    put(&t, 36, 2, 8);
    assert_true(parse(&t, &info));
    assert_int_equal(info.nr_localities, 0);
    t = make("SLIT", 44);
    put(&t, 36, 0x100000001UL, 8);
    assert_true(parse(&t, &info));
    assert_int_equal(info.nr_localities, 0);
    t = make("SLIT", 40);
    assert_true(parse(&t, &info));
    assert_int_equal(info.nr_localities, 0);
}

static void test_rtc(void **state)
{
    struct rtc_registers r = { 0x58, 0x59, 0x23, 0x29, 0x02, 0x24, 0x20, 0x02 };

    assert_int_equal(rtc_seconds(&r), 1709251198); /* 2024-02-29 23:59:58, BCD */
    r.status_b = 0; /* 12 hours */
    r.hour = 0x81;
    assert_int_equal(rtc_seconds(&r), 1709251198 - 36000); /* 1 p.m. */
    r.hour = 0x92;
    assert_int_equal(rtc_seconds(&r), 1709251198 - 39600); /* 12 p.m. */
    r.hour = 0x12;
    assert_int_equal(rtc_seconds(&r), 1709251198 - 23 * 3600); /* 12 a.m. */
    r = (struct rtc_registers){ 0, 0, 0, 1, 1, 70, 19, 0x06 };
    assert_int_equal(rtc_seconds(&r), 0); /* 1970-01-01, binary: as good as none */
    r = (struct rtc_registers){ 1, 0, 0, 1, 1, 70, 19, 0x06 };
    assert_int_equal(rtc_seconds(&r), 1);
    r = (struct rtc_registers){ 0, 0, 0, 1, 3, 0, 21, 0x06 };
    assert_int_equal(rtc_seconds(&r), 4107542400UL); /* 2100 is no leap year */
    r.century = 0; /* no such register */
    assert_int_equal(rtc_seconds(&r), 951868800); /* 2000-03-01 */
    r.month = 13;
    assert_int_equal(rtc_seconds(&r), 0);
    r = (struct rtc_registers){ 255, 255, 255, 255, 255, 255, 255, 255 };
    assert_int_equal(rtc_seconds(&r), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rsdp), cmocka_unit_test(test_efi_system_table),
        cmocka_unit_test(test_efi_config), cmocka_unit_test(test_lengths), cmocka_unit_test(test_root_entries),
        cmocka_unit_test(test_madt), cmocka_unit_test(test_madt_hostile), cmocka_unit_test(test_checksum),
        cmocka_unit_test(test_fadt), cmocka_unit_test(test_hpet_mcfg), cmocka_unit_test(test_rtc),
        cmocka_unit_test(test_srat), cmocka_unit_test(test_srat_revision_1), cmocka_unit_test(test_srat_hostile),
        cmocka_unit_test(test_slit), cmocka_unit_test(test_slit_hostile),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
