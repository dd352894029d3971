/* SPDX-License-Identifier: MIT */
/* acpi.c - finding the tables, and what is done with two of them.  See acpi.h. */
#include "arch/acpi.h"

#include "arch/cpu.h"
#include "arch/efi_parse.h"
#include "core/boot_info.h"
#include "core/hvmap.h"
#include "core/log.h"

#define LAPIC_AT_RESET 0xfee00000UL
#define MADDR_MAX (1UL << 46) /* no table or register is looked for above */

static struct acpi_info info SC_BOOT;
static volatile uint8_t *reset_register SC_BOOT; /* if it is in memory */

/* Look for the RSDP at each 16th byte (ACPI 6.3, 5.2.5.1). */
static bool rsdp_scan(uint64_t start, uint32_t nr_bytes)
{
    const uint8_t *b = hvmap_firmware(start, nr_bytes);

    for (uint32_t at = 0; at + ACPI_RSDP_BYTES <= nr_bytes; at += 16) {
        if (acpi_parse_rsdp(&b[at], nr_bytes - at, &info)) {
            info.rsdp = start + at;
            return true;
        }
    }
    return false;
}

/* May nr_bytes be looked at there?  Before the hypervisor has its own tables, little can. */
static bool in_reach(uint64_t maddr, uint64_t nr_bytes)
{
    return maddr != 0 && maddr < MADDR_MAX && maddr + nr_bytes <= hvmap_firmware_reach();
}

static bool rsdp_take(uint64_t maddr)
{
    if (!in_reach(maddr, ACPI_RSDP_BYTES) ||
        !acpi_parse_rsdp(hvmap_firmware(maddr, ACPI_RSDP_BYTES), ACPI_RSDP_BYTES, &info))
        return false;
    info.rsdp = maddr;
    return true;
}

static uint64_t efi_rsdp(uint64_t system_table)
{
    struct efi_config c = { 0, 0 };
    uint32_t nr_bytes;

    if (in_reach(system_table, EFI_SYSTEM_TABLE_BYTES))
        c = efi_parse_system_table(hvmap_firmware(system_table, EFI_SYSTEM_TABLE_BYTES), EFI_SYSTEM_TABLE_BYTES);
    nr_bytes = c.nr_entries * EFI_CONFIG_ENTRY_BYTES;
    if (nr_bytes == 0 || !in_reach(c.maddr, nr_bytes))
        return 0;
    return efi_config_rsdp(hvmap_firmware(c.maddr, nr_bytes), nr_bytes);
}

static bool bios_scan(void)
{
    const uint8_t *bda = hvmap_firmware(0, PAGE_SIZE);
    uint64_t ebda = (uint64_t)(bda[0x40e] | bda[0x40f] << 8) << 4;

    if (ebda >= 0x80000 && ebda < 0xa0000 && rsdp_scan(ebda, 1024))
        return true;
    return rsdp_scan(0xe0000, 0x20000);
}

/* The loader's copy comes last: where the original is, which the first domain needs too, is not known then. */
static bool rsdp_find(void)
{
    return rsdp_take(boot_info.rsdp) || rsdp_take(efi_rsdp(boot_info.efi_system_table)) || bios_scan() ||
           acpi_parse_rsdp(boot_info.rsdp_copy, boot_info.nr_rsdp_copy, &info);
}

struct table {
    const uint8_t *bytes SC_COUNT(nr_bytes);
    uint32_t nr_bytes; /* 0: it cannot be one */
};

/* The table at maddr, its length checked. */
static struct table table_map(uint64_t maddr)
{
    const uint8_t *header SC_COUNT(ACPI_HEADER_BYTES);
    struct table t = { NULL, 0 };
    uint32_t nr_bytes;

    if (!in_reach(maddr, ACPI_HEADER_BYTES))
        return t;
    header = hvmap_firmware(maddr, ACPI_HEADER_BYTES);
    nr_bytes = acpi_table_bytes(header, ACPI_HEADER_BYTES);
    if (nr_bytes != 0 && in_reach(maddr, nr_bytes))
        t = (struct table){ hvmap_firmware(maddr, nr_bytes), nr_bytes };
    return t;
}

/* Only the header of a table that is not wanted is looked at. */
static bool table_wanted(uint64_t maddr, bool nodes)
{
    const uint8_t *b SC_COUNT(ACPI_HEADER_BYTES);

    if (!in_reach(maddr, ACPI_HEADER_BYTES))
        return false;
    b = hvmap_firmware(maddr, ACPI_HEADER_BYTES);
    if (nodes)
        return acpi_is(b, 4, "SRAT") || acpi_is(b, 4, "SLIT");
    return acpi_is(b, 4, "APIC") || acpi_is(b, 4, "FACP") || acpi_is(b, 4, "HPET") || acpi_is(b, 4, "MCFG");
}

/* Those that say what belongs to which node, or the others. */
static void tables_read(bool nodes)
{
    struct table root = table_map(info.root);

    if (root.bytes == NULL || !acpi_is(root.bytes, root.nr_bytes, info.root_is_xsdt ? "XSDT" : "RSDT") ||
        !acpi_checksum_ok(root.bytes, root.nr_bytes)) {
        log_warn("ACPI: no valid %s at 0x%lx", info.root_is_xsdt ? "XSDT" : "RSDT", info.root);
        return;
    }
    for (uint32_t i = 0; i < ACPI_MAX_TABLES; i++) {
        uint64_t maddr = acpi_root_entry(root.bytes, root.nr_bytes, info.root_is_xsdt, i);
        struct table t;

        if (maddr == 0)
            break;
        if (!table_wanted(maddr, nodes))
            continue;
        t = table_map(maddr);
        if (t.bytes == NULL || !acpi_parse_table(t.bytes, t.nr_bytes, &info))
            log_warn("ACPI: the table at 0x%lx has a bad length or checksum and is ignored", maddr);
    }
}

static void madt_log(void)
{
    log_info("ACPI: MADT: local APIC at 0x%lx, %u CPUs, %u IOAPICs, %u NMI entries, 8259 %s", acpi_lapic_address(),
             info.nr_cpus, info.nr_ioapics, info.nr_nmis, info.has_8259 ? "present" : "absent");
    for (uint32_t i = 0; i < info.nr_ioapics; i++)
        log_info("ACPI: IOAPIC %u at 0x%x, first GSI %u", info.ioapics[i].id, info.ioapics[i].maddr,
                 info.ioapics[i].gsi_base);
    for (uint32_t i = 0; i < info.nr_overrides; i++)
        log_info("ACPI: ISA interrupt %u is GSI %u, %s, active %s", info.overrides[i].irq, info.overrides[i].gsi,
                 info.overrides[i].level ? "level" : "edge", info.overrides[i].active_low ? "low" : "high");
}

static void others_log(void)
{
    if (info.has_fadt)
        log_info("ACPI: FADT: PM timer at port 0x%x (%u bits), SCI %u, reset register %s", info.pm_timer_port,
                 info.pm_timer_32bit ? 32 : 24, info.sci, info.reset_supported ? "present" : "absent");
    if (info.hpet != 0)
        log_info("ACPI: HPET at 0x%lx", info.hpet);
    for (uint32_t i = 0; i < info.nr_mcfg; i++)
        log_info("ACPI: MCFG: segment %u, buses %u-%u at 0x%lx", info.mcfg[i].segment, info.mcfg[i].start_bus,
                 info.mcfg[i].end_bus, info.mcfg[i].maddr);
}

void acpi_read_nodes(void)
{
    if (rsdp_find())
        tables_read(true);
}

void acpi_init(void)
{
    if (!rsdp_find()) {
        log_warn("ACPI: no RSDP, so no device interrupts: on UEFI boot by multiboot2");
        return;
    }
    if (info.rsdp == 0)
        log_warn("ACPI: the boot loader gave only a copy of the RSDP: the first domain will not find it");
    log_info("ACPI: RSDP at 0x%lx, %s at 0x%lx", info.rsdp, info.root_is_xsdt ? "XSDT" : "RSDT", info.root);
    tables_read(false);
    if (info.reset_supported && info.reset_space == 0 && info.reset_address != 0 && info.reset_address < MADDR_MAX)
        reset_register = hvmap_device(info.reset_address, 1);
    madt_log();
    others_log();
}

const struct acpi_info *acpi_get(void)
{
    return &info;
}

uint64_t acpi_lapic_address(void)
{
    return info.lapic != 0 && info.lapic < MADDR_MAX ? info.lapic : LAPIC_AT_RESET;
}

void acpi_reset(void)
{
    if (reset_register != NULL)
        reset_register[0] = info.reset_value;
    else if (info.reset_supported && info.reset_space == 1 && info.reset_address <= 0xffff)
        outb(info.reset_value, (uint16_t)info.reset_address);
}

int acpi_sleep(uint16_t pm1a, uint16_t pm1b)
{
    if (info.pm1a_control_port == 0)
        return -ENODEV;
    outw(pm1a, (uint16_t)info.pm1a_control_port);
    if (info.pm1b_control_port != 0)
        outw(pm1b, (uint16_t)info.pm1b_control_port);
    return 0;
}
