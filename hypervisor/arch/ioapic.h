/* SPDX-License-Identifier: MIT */
/* ioapic.h - I/O interrupt controllers (Intel 82093AA). */
#ifndef ARCH_IOAPIC_H
#define ARCH_IOAPIC_H

#include "core/base.h"

/* Map and mask every line; route the serial line's. */
void ioapic_init(void);

#endif
