/* SPDX-License-Identifier: MIT */
/*
 * Port physdev: physical interrupts of the hardware domain.
 *
 * A pirq is the domain's number for a physical interrupt: a line (a GSI) or a
 * message (MSI, MSI-X).  Source of the semantics: Xen public header physdev.h.
 * Takes a lock of rank RANK_PHYSDEV (below evtchn, above pool).
 */
#ifndef PORTS_PHYSDEV_H
#define PORTS_PHYSDEV_H

#include "core/domain.h"

#define NR_PIRQS 256

/* 0 or -ENOMEM.  Only a privileged domain gets pirqs. */
SC_NODISCARD int physdev_domain_init(struct domain *d);
/* Mask and forget all of d's interrupts; d is dying, its event channels are closed. */
void physdev_domain_destroy(struct domain *d);
/* Bind pirq to an event channel of d: route and unmask the line.  share: BIND_PIRQ__WILL_SHARE.
 * 0, -EPERM (not the hardware domain, or not mapped), -EINVAL (no such line), -EBUSY (bound, or the
 * hypervisor's own), -ENOSPC (no vector left).
 * The caller holds d's event-channel lock. */
SC_NODISCARD int physdev_pirq_bind(struct domain *d, uint32_t pirq, bool share);
/* The other way; nothing if not bound.  The caller holds d's event-channel lock. */
void physdev_pirq_unbind(struct domain *d, uint32_t pirq);
/* A device interrupt was taken on this vector (softirq context, interrupts off, no lock held). */
void physdev_irq(uint32_t vector);
/* The messages that go to the CPU with this APIC ID come to this CPU from now on. */
void physdev_msi_move(uint32_t from);
/* May v's user mode use these ports, by the bitmap it gave (PHYSDEVOP_set_iobitmap)?  Reads guest memory. */
bool physdev_port_allowed(const struct vcpu *v, uint16_t port, unsigned nr_bytes);

#endif
