/* SPDX-License-Identifier: MIT */
/* msi.c - see msi.h. */
#include "arch/msi.h"

#include "arch/apic.h"
#include "arch/mmio.h"
#include "core/hvmap.h"
#include "core/lock.h"

/* MSI capability: PCI 3.0, 6.8.1 */
#define MSI_CONTROL 2
#define MSI_ADDRESS 4
#define MSI_ENABLE 0x0001
#define MSI_MULTIPLE_SHIFT 4
#define MSI_64BIT 0x0080
#define MSI_MASKING 0x0100
/* MSI-X capability: 6.8.2 */
#define MSIX_TABLE 4
#define MSIX_SIZE_MASK 0x07ff
#define MSIX_ENABLE 0x8000
#define SLOT_BYTES 16
#define SLOT_ADDRESS 0
#define SLOT_ADDRESS_HIGH 4
#define SLOT_DATA 8
#define SLOT_CONTROL 12
#define SLOT_MASKED 1U

#define MESSAGE_ADDRESS 0xfee00000U

/* Tables mapped so far: a device whose table has not moved keeps its mapping. */
struct table {
    pci_bdf_t bdf;
    uint64_t maddr; /* 0: unused */
    volatile uint8_t *slots SC_COUNT(nr_bytes);
    uint32_t nr;
    uint32_t nr_bytes; /* SLOT_BYTES each */
};
static spinlock_t tables_lock = SPINLOCK_INIT(RANK_MSI);
static struct table tables[MSI_MAX_TABLES] SC_GUARDED_BY(tables_lock);

static uint16_t control_read(const struct msi *m)
{
    return pci_read16(m->bdf, (uint8_t)(m->cap + MSI_CONTROL));
}

static void control_write(const struct msi *m, uint16_t v)
{
    pci_write16(m->bdf, (uint8_t)(m->cap + MSI_CONTROL), v);
}

int msi_find(pci_bdf_t bdf, unsigned entry, unsigned nr_log2, struct msi *out)
{
    struct msi m = { .bdf = bdf,
                     .cap = pci_find_capability(bdf, PCI_CAP_MSI),
                     .entry = (uint16_t)entry,
                     .nr_log2 = (uint8_t)nr_log2,
                     .masked = true };

    if (m.cap == 0)
        return -ENODEV;
    if (nr_log2 > (control_read(&m) >> 1 & 7U) || entry >= 1U << (nr_log2 & 7))
        return -EINVAL;
    *out = m;
    return 0;
}

/* The device's table, mapped; null when there are too many. */
SC_HOLDS(tables_lock) SC_NULLABLE static struct table *table_of(pci_bdf_t bdf, uint64_t maddr, uint32_t nr)
{
    struct table *unused = NULL;

    for (unsigned i = 0; i < MSI_MAX_TABLES; i++) {
        struct table *t = &tables[i];

        if (t->maddr == maddr && t->bdf.v == bdf.v && t->nr == nr)
            return t;
        if (t->maddr == 0 && unused == NULL)
            unused = t;
    }
    if (unused != NULL) {
        volatile uint8_t *slots = hvmap_device(maddr, nr * SLOT_BYTES);

        *unused = (struct table){ .bdf = bdf, .maddr = maddr, .slots = slots, .nr = nr, .nr_bytes = nr * SLOT_BYTES };
        /* What the firmware left there must not be sent. */
        for (uint32_t i = 0; i < nr && (pci_read16(bdf, PCI_COMMAND) & PCI_COMMAND_MEMORY) != 0; i++)
            mmio_set(slots, i * SLOT_BYTES + SLOT_CONTROL, SLOT_MASKED);
    }
    return unused;
}

int msix_find(pci_bdf_t bdf, unsigned entry, struct msi *out)
{
    struct msi m = { .bdf = bdf,
                     .is_x = true,
                     .cap = pci_find_capability(bdf, PCI_CAP_MSIX),
                     .entry = (uint16_t)entry,
                     .masked = true };
    uint32_t nr, where;
    const struct table *t;
    uint64_t bar;

    if (m.cap == 0)
        return -ENODEV;
    nr = (control_read(&m) & MSIX_SIZE_MASK) + 1U;
    where = pci_read32(bdf, (uint8_t)(m.cap + MSIX_TABLE));
    bar = pci_memory_bar(bdf, where & 7);
    if (entry >= nr || bar == 0 || bar >> 46 != 0 || frame_valid(mfn((bar + (where & ~7U)) >> PAGE_SHIFT)))
        return -EINVAL;
    spin_lock(&tables_lock);
    t = table_of(bdf, bar + (where & ~7U), nr);
    if (t != NULL)
        m.slot = &t->slots[entry * SLOT_BYTES];
    spin_unlock(&tables_lock);
    if (t == NULL)
        return -ENOMEM;
    *out = m;
    return 0;
}

bool msi_table_frame(uint64_t mfn)
{
    bool found = false;

    spin_lock(&tables_lock);
    for (unsigned i = 0; i < MSI_MAX_TABLES; i++) {
        const struct table *t = &tables[i];

        if (t->maddr != 0 && mfn >= t->maddr >> PAGE_SHIFT &&
            mfn <= (t->maddr + (uint64_t)t->nr * SLOT_BYTES - 1) >> PAGE_SHIFT)
            found = true;
    }
    spin_unlock(&tables_lock);
    return found;
}

static void plain_program(const struct msi *m)
{
    uint16_t control = control_read(m);
    uint8_t data = (uint8_t)(m->cap + ((control & MSI_64BIT) != 0 ? 12 : 8));

    if (m->entry != 0)
        return; /* one message for all, its low bits are the device's */
    control_write(m, control & (uint16_t)~MSI_ENABLE);
    pci_write32(m->bdf, (uint8_t)(m->cap + MSI_ADDRESS), MESSAGE_ADDRESS | apic_device_target() << 12);
    if ((control & MSI_64BIT) != 0)
        pci_write32(m->bdf, (uint8_t)(m->cap + MSI_ADDRESS + 4), 0);
    pci_write16(m->bdf, data, m->vector);
    control = (uint16_t)((control & ~(7U << MSI_MULTIPLE_SHIFT)) | (unsigned)m->nr_log2 << MSI_MULTIPLE_SHIFT);
    control_write(m, control | MSI_ENABLE);
}

static void plain_mask(const struct msi *m)
{
    uint16_t control = control_read(m);
    uint8_t off = (uint8_t)(m->cap + ((control & MSI_64BIT) != 0 ? 16 : 12));
    uint32_t bits;

    if ((control & MSI_MASKING) == 0)
        return;
    bits = pci_read32(m->bdf, off) & ~(1U << (m->entry & 31));
    pci_write32(m->bdf, off, m->masked ? bits | 1U << (m->entry & 31) : bits);
}

/* The slots answer only while memory decoding is on. */
static bool x_reachable(const struct msi *m)
{
    return (pci_read16(m->bdf, PCI_COMMAND) & PCI_COMMAND_MEMORY) != 0;
}

static void x_mask(const struct msi *m)
{
    volatile uint8_t *slot = m->slot;

    if (slot != NULL && x_reachable(m)) {
        mmio_set(slot, SLOT_CONTROL, m->masked ? SLOT_MASKED : 0);
        (void)mmio_get(slot, SLOT_CONTROL); /* it has arrived */
    }
}

static void x_program(const struct msi *m)
{
    uint16_t control = control_read(m);
    volatile uint8_t *slot = m->slot;

    control_write(m, control | MSIX_ENABLE);
    if (slot != NULL && x_reachable(m)) {
        mmio_set(slot, SLOT_CONTROL, SLOT_MASKED);
        mmio_set(slot, SLOT_ADDRESS, MESSAGE_ADDRESS | apic_device_target() << 12);
        mmio_set(slot, SLOT_ADDRESS_HIGH, 0);
        mmio_set(slot, SLOT_DATA, m->vector);
    }
    x_mask(m);
}

void msi_restore(const struct msi *m)
{
    if (m->is_x) {
        x_program(m);
    } else {
        plain_program(m);
        plain_mask(m);
    }
}

/* Where the message goes; UINT32_MAX: nowhere, or not to be told. */
static uint32_t destination(const struct msi *m)
{
    volatile uint8_t *slot = m->slot;

    if (!m->is_x)
        return m->entry == 0 ? pci_read32(m->bdf, (uint8_t)(m->cap + MSI_ADDRESS)) >> 12 & 0xff : UINT32_MAX;
    return slot != NULL && x_reachable(m) ? mmio_get(slot, SLOT_ADDRESS) >> 12 & 0xff : UINT32_MAX;
}

void msi_move(const struct msi *m, uint32_t from)
{
    if (destination(m) != from)
        return;
    if (m->is_x)
        x_program(m);
    else /* one write: what comes meanwhile goes to one CPU or the other */
        pci_write32(m->bdf, (uint8_t)(m->cap + MSI_ADDRESS), MESSAGE_ADDRESS | apic_id() << 12);
}

void msi_program(struct msi *m, uint8_t vector)
{
    m->vector = vector;
    m->masked = true;
    if (!m->is_x)
        plain_mask(m); /* before it is enabled */
    msi_restore(m);
}

void msi_set_masked(struct msi *m, bool masked)
{
    m->masked = masked;
    if (m->is_x)
        x_mask(m);
    else
        plain_mask(m);
}

void msi_stop(struct msi *m)
{
    msi_set_masked(m, true);
    if (!m->is_x && m->entry == 0)
        control_write(m, control_read(m) & (uint16_t)~MSI_ENABLE);
}
