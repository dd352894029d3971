/* SPDX-License-Identifier: MIT */
/* apic.h - the local APIC (Intel SDM vol. 3, chapter 11). */
#ifndef ARCH_APIC_H
#define ARCH_APIC_H

#include "core/base.h"

#define APIC_ID_MAX 254 /* of what xAPIC mode and device interrupts can name: 255 is all of them */

#define VECTOR_TIMER 0xf0
#define VECTOR_SPURIOUS 0xff
#define VECTOR_SERIAL 0xf1
#define VECTOR_LOOK 0xf2  /* look at cpu->pending, and at the guest's upcall */
#define VECTOR_FLUSH 0xf3 /* core/tlb.h */
#define VECTOR_DEVICE_FIRST 0x30
#define VECTOR_DEVICE_LAST 0xef

/* Choose the mode, and map the registers of xAPIC mode, once. */
SC_CORE void apic_init(uint64_t base_maddr);
/* Enable this CPU's. */
SC_CORE void apic_init_cpu(void);
/* Interrupts to another CPU, by its APIC ID, in xAPIC mode at most APIC_ID_MAX (SDM vol. 3, 11.6.1).  Interrupts are
 * off; in xAPIC mode it waits for the one before to be taken. */
SC_CORE void apic_send(uint32_t apic_id, uint8_t vector);
SC_CORE void apic_send_init(uint32_t apic_id);
SC_CORE void apic_send_nmi(uint32_t apic_id);
/* It starts in real mode at the page below 1 MiB. */
SC_CORE void apic_send_startup(uint32_t apic_id, uint8_t page);
/* An NMI to all but this one. */
SC_CORE void apic_nmi_others(void);
uint32_t apic_id(void);
/* Where this CPU has device interrupts sent, without interrupt remapping: to itself, or to the first CPU if its own ID
 * is above APIC_ID_MAX. */
SC_CORE uint32_t apic_device_target(void);
/* x2APIC mode: IDs have 32 bits. */
SC_CORE bool apic_is_x2(void);
SC_CORE void apic_eoi(void);
/* Count down from ticks once; 0 stops.  Ticks at apic_timer_hz(). */
SC_CORE void apic_timer_count(uint32_t ticks);
SC_CORE uint32_t apic_timer_current(void);
/* A read of a local APIC register as the hardware domain asks it (PHYSDEVOP_apic_read). */
SC_CORE uint32_t apic_read(uint32_t reg);

#endif
