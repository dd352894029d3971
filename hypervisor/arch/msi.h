/* SPDX-License-Identifier: MIT */
/*
 * msi.h - message-signalled interrupts: a device's MSI and MSI-X capabilities
 * (PCI Local Bus 3.0, 6.8) and the messages (Intel SDM vol. 3, 11.11).
 *
 * A struct msi describes one message of one device.  Callers serialise the calls
 * for one device (module physdev's lock).  The table of an MSI-X device is
 * mapped once and stays mapped.
 */
#ifndef ARCH_MSI_H
#define ARCH_MSI_H

#include "arch/pci.h"

#define MSI_MAX_TABLES 64 /* devices with MSI-X in use since boot */
#define MSI_MAX_ENTRIES 2048

struct msi {
    pci_bdf_t bdf;
    bool is_x;
    uint8_t cap;     /* offset of the capability */
    uint16_t entry;  /* MSI-X: of the table; MSI: which of the device's messages */
    uint8_t nr_log2; /* MSI: how many messages the device has got, log2 */
    uint8_t vector;
    bool masked;
    volatile uint8_t *slot SC_NULLABLE SC_COUNT(16); /* MSI-X: the entry's 16 bytes */
};

/*
 * Find MSI entry `entry` of 1 << nr_log2 in the device.  Nothing is written.
 * -ENODEV: no such capability; -EINVAL: more messages than it can send.
 */
SC_NODISCARD int msi_find(pci_bdf_t bdf, unsigned entry, unsigned nr_log2, struct msi *out);
/* Find MSI-X entry `entry`; maps the table.  -ENODEV; -EINVAL: no such entry, or the table's BAR has
 * no address or one in RAM; -ENOMEM: MSI_MAX_TABLES devices already. */
SC_NODISCARD int msix_find(pci_bdf_t bdf, unsigned entry, struct msi *out);
/* Does the frame hold part of an MSI-X table in use?  A domain may read it. */
SC_CORE bool msi_table_frame(uint64_t mfn);
/* Write the message (vector, to the boot CPU), masked where the device can mask; enable the capability. */
void msi_program(struct msi *m, uint8_t vector);
void msi_set_masked(struct msi *m, bool masked);
/* The device sends this message no more; MSI: the capability is disabled with the first message. */
void msi_stop(struct msi *m);
/* A message that goes to the CPU with APIC ID from goes to this CPU instead. */
void msi_move(const struct msi *m, uint32_t from);
/* Write everything again, after the device was reset (PHYSDEVOP_restore_msi). */
void msi_restore(const struct msi *m);

#endif
