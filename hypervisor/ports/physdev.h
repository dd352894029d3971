/* SPDX-License-Identifier: MIT */
/*
 * Port physdev: physical interrupts of the hardware domain.
 */
#ifndef PORTS_PHYSDEV_H
#define PORTS_PHYSDEV_H

#include "core/domain.h"

#define NR_PIRQS 256

SC_NODISCARD int physdev_domain_init(struct domain *d);
/* Bind pirq to an event channel of d: route and unmask the line.  share: BIND_PIRQ__WILL_SHARE.
 * 0, -EPERM (not the hardware domain), -EINVAL, -EBUSY. */
SC_NODISCARD int physdev_pirq_bind(struct domain *d, uint32_t pirq, bool share);
void physdev_pirq_unbind(struct domain *d, uint32_t pirq);
/* A device interrupt was taken on this vector (softirq context, interrupts off). */
void physdev_irq(uint32_t vector);

#endif
