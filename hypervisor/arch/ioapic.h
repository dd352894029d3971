/* SPDX-License-Identifier: MIT */
/*
 * ioapic.h - I/O interrupt controllers (Intel 82093AA), and the legacy 8259s,
 * which stay masked.
 *
 * A line is known by its GSI (ACPI 6.3, 5.2.13).  A line that is routed has a
 * vector and goes to the boot CPU.  The local APIC is told the end of an
 * interrupt at once, so a level-triggered line is masked by ioapic_ack first
 * and stays so until ioapic_line_unmask.
 *
 * All functions but ioapic_init take the controllers' lock (rank below all
 * others: they call nothing).  Errors: -EINVAL no such line.
 */
#ifndef ARCH_IOAPIC_H
#define ARCH_IOAPIC_H

#include "core/base.h"

#define IOAPIC_MAX_GSIS 240

/* Map all, mask every line, mask the 8259s; apply the MADT's overrides; route the serial line's.
 * After acpi_init and apic_init. */
SC_CORE void ioapic_init(void);
/* GSIs are below this: as Xen's nr_irqs_gsi, at least 16. */
uint32_t ioapic_nr_gsis(void);
/* The GSI of an ISA interrupt. */
SC_CORE uint32_t ioapic_isa_gsi(uint32_t irq);
/* Is there a controller for this GSI, and is the line not the hypervisor's own? */
bool ioapic_line_ok(uint32_t gsi);
/* Does the frame hold a controller's registers?  A domain has no business with them. */
SC_CORE bool ioapic_frame(uint64_t mfn);
/* Is the line the hypervisor's own? */
bool ioapic_line_is_ours(uint32_t gsi);
/* Trigger and polarity of a line that is not routed: PHYSDEVOP_setup_gsi.  -EINVAL. */
SC_NODISCARD int ioapic_line_setup(uint32_t gsi, bool level, bool active_low);
bool ioapic_line_is_level(uint32_t gsi);
/* Deliver the line by this vector, to the boot CPU; masked.  -EINVAL. */
SC_NODISCARD int ioapic_line_route(uint32_t gsi, uint32_t vector);
/* Mask it and forget its vector. */
void ioapic_line_unroute(uint32_t gsi);
SC_CORE void ioapic_line_mask(uint32_t gsi);
void ioapic_line_unmask(uint32_t gsi);
/* The lines that go to one CPU go to another, by their APIC IDs. */
SC_CORE void ioapic_move(uint32_t from, uint32_t to);
/* From the interrupt handler, before the local APIC's EOI: masks the line if it is level-triggered. */
SC_CORE void ioapic_ack(uint32_t vector);

/* A register as the hardware domain reads it (PHYSDEVOP_apic_read).  -EINVAL: no controller at physbase. */
SC_NODISCARD int ioapic_read_register(uint64_t physbase, uint32_t reg, uint32_t *value);
/* The line and the trigger and polarity bits that the hardware domain means by writing reg
 * (PHYSDEVOP_apic_write): 0 and *gsi; -EINVAL no controller; -ENOENT: a write that has no effect. */
SC_NODISCARD int ioapic_decode_write(uint64_t physbase, uint32_t reg, uint32_t *gsi);
/* Bits of a redirection entry's low half (82093AA, 3.2.4). */
#define IOAPIC_RTE_LOW 0x2000U
#define IOAPIC_RTE_LEVEL 0x8000U

#endif
