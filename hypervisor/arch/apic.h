/* SPDX-License-Identifier: MIT */
/* apic.h - the local APIC (Intel SDM vol. 3, chapter 11). */
#ifndef ARCH_APIC_H
#define ARCH_APIC_H

#include "core/base.h"

#define VECTOR_TIMER 0xf0
#define VECTOR_SPURIOUS 0xff
#define VECTOR_SERIAL 0xf1
#define VECTOR_DEVICE_FIRST 0x30
#define VECTOR_DEVICE_LAST 0xef

/* Find and enable this CPU's local APIC. */
SC_CORE void apic_init(uint64_t base_maddr);
uint32_t apic_id(void);
SC_CORE void apic_eoi(void);
/* Count down from ticks once; 0 stops.  Ticks at apic_timer_hz(). */
SC_CORE void apic_timer_count(uint32_t ticks);
SC_CORE uint32_t apic_timer_current(void);
/* A read of a local APIC register as the hardware domain asks it (PHYSDEVOP_apic_read). */
SC_CORE uint32_t apic_read(uint32_t reg);

#endif
