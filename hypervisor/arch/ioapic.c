/* SPDX-License-Identifier: MIT */
/* ioapic.c - see ioapic.h. */
#include "arch/ioapic.h"

#include "arch/acpi.h"
#include "arch/apic.h"
#include "arch/cpu.h"
#include "arch/mmio.h"
#include "core/atomic.h"
#include "core/hvmap.h"
#include "core/lock.h"
#include "core/log.h"

#define IOAPIC_BYTES 0x20
#define IOREGSEL 0x00
#define IOWIN 0x10
#define REG_VERSION 0x01
#define REG_RTE 0x10
#define RTE_MASKED 0x10000U
#define NR_ISA 16
#define SERIAL_IRQ 4

struct line {
    bool present;
    bool ours; /* the hypervisor's own: the serial line */
    bool level, active_low;
    uint8_t vector; /* 0: not routed */
};

struct ioapic {
    volatile uint8_t *regs SC_NONNULL SC_COUNT(IOAPIC_BYTES);
    uint64_t maddr;
    uint32_t gsi_base, nr_pins;
};

/* No interrupt handler runs while it is held: interrupts are off except where no lock is held. */
static spinlock_t ioapic_lock = SPINLOCK_INIT(RANK_IOAPIC);
static struct ioapic ioapics[ACPI_MAX_IOAPICS] SC_BOOT;
static uint32_t nr_ioapics SC_BOOT;
static uint32_t nr_gsis SC_BOOT = NR_ISA;
static struct line lines[IOAPIC_MAX_GSIS] SC_GUARDED_BY(ioapic_lock);
static uint16_t gsi_of_vector[256] SC_ATOMIC; /* plus 1; 0: none */

SC_HOLDS(ioapic_lock) static uint32_t reg_read_locked(const struct ioapic *io, uint32_t reg)
{
    mmio_set(io->regs, IOREGSEL, reg & 0xff);
    return mmio_get(io->regs, IOWIN);
}

SC_HOLDS(ioapic_lock) static void reg_write_locked(const struct ioapic *io, uint32_t reg, uint32_t v)
{
    mmio_set(io->regs, IOREGSEL, reg & 0xff);
    mmio_set(io->regs, IOWIN, v);
}

SC_NULLABLE static const struct ioapic *ioapic_of(uint32_t gsi)
{
    for (uint32_t i = 0; i < nr_ioapics; i++) {
        if (gsi >= ioapics[i].gsi_base && gsi - ioapics[i].gsi_base < ioapics[i].nr_pins)
            return &ioapics[i];
    }
    return NULL;
}

/* Write a line's redirection entry: fixed delivery, physical destination. */
SC_HOLDS(ioapic_lock) static void rte_write_locked(uint32_t gsi, bool masked)
{
    const struct ioapic *io = ioapic_of(gsi);
    const struct line *l = &lines[gsi];
    uint32_t reg;

    if (io == NULL)
        return;
    reg = REG_RTE + (gsi - io->gsi_base) * 2;
    reg_write_locked(io, reg, RTE_MASKED | l->vector);
    reg_write_locked(io, reg + 1, apic_device_target() << 24);
    reg_write_locked(io, reg,
                     l->vector | (l->level ? IOAPIC_RTE_LEVEL : 0) | (l->active_low ? IOAPIC_RTE_LOW : 0) |
                         (masked ? RTE_MASKED : 0));
}

/* Change only the mask bit. */
SC_HOLDS(ioapic_lock) static void rte_mask_locked(uint32_t gsi, bool masked)
{
    const struct ioapic *io = ioapic_of(gsi);
    uint32_t reg, v;

    if (io == NULL)
        return;
    reg = REG_RTE + (gsi - io->gsi_base) * 2;
    v = reg_read_locked(io, reg) & ~RTE_MASKED;
    reg_write_locked(io, reg, masked ? v | RTE_MASKED : v);
}

/* ---- boot ---- */

/* All lines of both masked; vectors out of the exceptions' way, in case of a spurious one (Intel 8259A). */
static void pics_mask(void)
{
    static const struct {
        uint16_t port;
        uint8_t v;
    } steps[] = {
        { 0x20, 0x11 }, { 0xa0, 0x11 }, { 0x21, 0x20 }, { 0xa1, 0x28 }, { 0x21, 0x04 },
        { 0xa1, 0x02 }, { 0x21, 0x01 }, { 0xa1, 0x01 }, { 0x21, 0xff }, { 0xa1, 0xff },
    };

    for (unsigned i = 0; i < ARRAY_SIZE(steps); i++)
        outb(steps[i].v, steps[i].port);
}

SC_HOLDS(ioapic_lock) static void ioapic_add(const struct acpi_ioapic *from)
{
    struct ioapic *io = &ioapics[nr_ioapics];
    uint32_t nr_pins;

    if (from->gsi_base >= IOAPIC_MAX_GSIS || (from->maddr & 0xf) != 0)
        return;
    io->maddr = from->maddr;
    io->regs = hvmap_device(from->maddr, IOAPIC_BYTES);
    io->gsi_base = from->gsi_base;
    nr_pins = (reg_read_locked(io, REG_VERSION) >> 16 & 0xff) + 1;
    io->nr_pins = (uint32_t)min_u64(nr_pins, IOAPIC_MAX_GSIS - from->gsi_base);
    nr_ioapics++;
    nr_gsis = (uint32_t)max_u64(nr_gsis, io->gsi_base + io->nr_pins);
    for (uint32_t i = 0; i < io->nr_pins; i++) {
        uint32_t gsi = io->gsi_base + i;

        /* PCI lines are level and active low until said otherwise; ISA lines edge and active high. */
        lines[gsi] = (struct line){ .present = true, .level = gsi >= NR_ISA, .active_low = gsi >= NR_ISA };
        reg_write_locked(io, REG_RTE + i * 2, RTE_MASKED);
    }
    log_info("IOAPIC at 0x%lx: GSIs %u-%u", io->maddr, io->gsi_base, io->gsi_base + io->nr_pins - 1);
}

SC_HOLDS(ioapic_lock) static void overrides_apply(void)
{
    const struct acpi_info *acpi = acpi_get();

    for (uint32_t i = 0; i < acpi->nr_overrides; i++) {
        const struct acpi_override *o = &acpi->overrides[i];

        if (o->gsi < IOAPIC_MAX_GSIS && lines[o->gsi].present) {
            lines[o->gsi].level = o->level;
            lines[o->gsi].active_low = o->active_low;
        }
    }
}

SC_HOLDS(ioapic_lock) static void serial_route(void)
{
    uint32_t gsi = ioapic_isa_gsi(SERIAL_IRQ);

    if (gsi >= IOAPIC_MAX_GSIS || !lines[gsi].present)
        return;
    lines[gsi].ours = true;
    lines[gsi].vector = VECTOR_SERIAL;
    atomic_write16(&gsi_of_vector[VECTOR_SERIAL], (uint16_t)(gsi + 1));
    rte_write_locked(gsi, false);
}

void ioapic_init(void)
{
    const struct acpi_info *acpi = acpi_get();

    pics_mask();
    spin_lock(&ioapic_lock);
    for (uint32_t i = 0; i < acpi->nr_ioapics; i++)
        ioapic_add(&acpi->ioapics[i]);
    overrides_apply();
    serial_route();
    spin_unlock(&ioapic_lock);
    if (nr_ioapics == 0)
        log_warn("no IOAPIC: no device interrupts");
}

/* ---- lines ---- */

uint32_t ioapic_nr_gsis(void)
{
    return nr_gsis;
}

uint32_t ioapic_isa_gsi(uint32_t irq)
{
    const struct acpi_info *acpi = acpi_get();

    for (uint32_t i = 0; i < acpi->nr_overrides; i++) {
        if (acpi->overrides[i].irq == irq)
            return acpi->overrides[i].gsi;
    }
    return irq;
}

SC_HOLDS(ioapic_lock) static bool line_ok_locked(uint32_t gsi)
{
    return gsi < IOAPIC_MAX_GSIS && lines[gsi].present && !lines[gsi].ours;
}

bool ioapic_line_ok(uint32_t gsi)
{
    bool ok;

    spin_lock(&ioapic_lock);
    ok = line_ok_locked(gsi);
    spin_unlock(&ioapic_lock);
    return ok;
}

bool ioapic_line_is_ours(uint32_t gsi)
{
    bool ours;

    spin_lock(&ioapic_lock);
    ours = gsi < IOAPIC_MAX_GSIS && lines[gsi].ours;
    spin_unlock(&ioapic_lock);
    return ours;
}

bool ioapic_line_is_level(uint32_t gsi)
{
    bool level;

    spin_lock(&ioapic_lock);
    level = line_ok_locked(gsi) && lines[gsi].level;
    spin_unlock(&ioapic_lock);
    return level;
}

SC_HOLDS(ioapic_lock) static int setup_locked(uint32_t gsi, bool level, bool active_low)
{
    if (!line_ok_locked(gsi))
        return -EINVAL;
    lines[gsi].level = level;
    lines[gsi].active_low = active_low;
    if (lines[gsi].vector != 0)
        rte_write_locked(gsi, true);
    return 0;
}

int ioapic_line_setup(uint32_t gsi, bool level, bool active_low)
{
    int rc;

    spin_lock(&ioapic_lock);
    rc = setup_locked(gsi, level, active_low);
    spin_unlock(&ioapic_lock);
    return rc;
}

SC_HOLDS(ioapic_lock) static int route_locked(uint32_t gsi, uint32_t vector)
{
    if (!line_ok_locked(gsi) || vector < VECTOR_DEVICE_FIRST || vector > VECTOR_DEVICE_LAST)
        return -EINVAL;
    lines[gsi].vector = (uint8_t)vector;
    atomic_write16(&gsi_of_vector[vector], (uint16_t)(gsi + 1));
    rte_write_locked(gsi, true);
    return 0;
}

int ioapic_line_route(uint32_t gsi, uint32_t vector)
{
    int rc;

    spin_lock(&ioapic_lock);
    rc = route_locked(gsi, vector);
    spin_unlock(&ioapic_lock);
    return rc;
}

void ioapic_line_unroute(uint32_t gsi)
{
    spin_lock(&ioapic_lock);
    if (line_ok_locked(gsi)) {
        rte_mask_locked(gsi, true);
        atomic_write16(&gsi_of_vector[lines[gsi].vector], 0);
        lines[gsi].vector = 0;
    }
    spin_unlock(&ioapic_lock);
}

void ioapic_line_mask(uint32_t gsi)
{
    spin_lock(&ioapic_lock);
    if (line_ok_locked(gsi))
        rte_mask_locked(gsi, true);
    spin_unlock(&ioapic_lock);
}

void ioapic_line_unmask(uint32_t gsi)
{
    spin_lock(&ioapic_lock);
    if (line_ok_locked(gsi) && lines[gsi].vector != 0)
        rte_mask_locked(gsi, false);
    spin_unlock(&ioapic_lock);
}

/* Masked meanwhile, so that no half of an entry is used. */
SC_HOLDS(ioapic_lock) static void pin_move_locked(const struct ioapic *io, uint32_t pin, uint32_t from, uint32_t to)
{
    uint32_t reg = REG_RTE + pin * 2, low = reg_read_locked(io, reg);

    if (reg_read_locked(io, reg + 1) >> 24 != from)
        return;
    reg_write_locked(io, reg, low | RTE_MASKED);
    reg_write_locked(io, reg + 1, to << 24);
    reg_write_locked(io, reg, low);
}

void ioapic_move(uint32_t from, uint32_t to)
{
    spin_lock(&ioapic_lock);
    for (uint32_t i = 0; i < nr_ioapics && i < ARRAY_SIZE(ioapics); i++) {
        for (uint32_t pin = 0; pin < ioapics[i].nr_pins && pin <= UINT8_MAX; pin++)
            pin_move_locked(&ioapics[i], pin, from, to);
    }
    spin_unlock(&ioapic_lock);
}

void ioapic_ack(uint32_t vector)
{
    uint32_t gsi = atomic_read16(&gsi_of_vector[vector & 0xff]);

    if (gsi == 0)
        return; /* a message */
    spin_lock(&ioapic_lock);
    if (gsi <= IOAPIC_MAX_GSIS && lines[gsi - 1].level)
        rte_mask_locked(gsi - 1, true);
    spin_unlock(&ioapic_lock);
}

/* ---- as the hardware domain sees them ---- */

SC_NULLABLE static const struct ioapic *ioapic_at(uint64_t physbase)
{
    for (uint32_t i = 0; i < nr_ioapics; i++) {
        if (ioapics[i].maddr == physbase)
            return &ioapics[i];
    }
    return NULL;
}

bool ioapic_frame(uint64_t mfn)
{
    for (uint32_t i = 0; i < nr_ioapics; i++) {
        if (ioapics[i].maddr >> PAGE_SHIFT == mfn)
            return true;
    }
    return false;
}

int ioapic_read_register(uint64_t physbase, uint32_t reg, uint32_t *value)
{
    const struct ioapic *io = ioapic_at(physbase);

    if (io == NULL)
        return -EINVAL;
    spin_lock(&ioapic_lock);
    *value = reg_read_locked(io, reg);
    spin_unlock(&ioapic_lock);
    return 0;
}

int ioapic_decode_write(uint64_t physbase, uint32_t reg, uint32_t *gsi)
{
    const struct ioapic *io = ioapic_at(physbase);

    if (io == NULL)
        return -EINVAL;
    /* The high half is the destination, which is not the domain's to choose; 0-2 identify the controller. */
    if (reg < REG_RTE || (reg & 1) != 0 || (reg - REG_RTE) / 2 >= io->nr_pins)
        return -ENOENT;
    *gsi = io->gsi_base + (reg - REG_RTE) / 2;
    return 0;
}
