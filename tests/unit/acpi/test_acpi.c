/* SPDX-License-Identifier: MIT */
/*
 * The ACPI parser (arch/acpi_parse.c), the way to it from UEFI's system table (arch/efi_parse.c), and the CMOS clock's decoder
 * (arch/rtc_decode.c).
 *
 * Checks: RSDP of both revisions, checksums, lengths; MADT entries, cut and looping lists, too many entries; FADT ports and reset
 *   register; HPET; MCFG; system tables and configuration tables, cut ones too; dates in BCD and binary, 12 and 24 hours, leap years, centuries.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

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
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
