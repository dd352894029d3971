/* SPDX-License-Identifier: MIT */
/*
 * priv.h - what a module may ask of the machine: one function for each privileged instruction it needs.
 *
 * Not inline: a module's code holds no privileged instruction, which safecc's audit checks.  The constants of control
 * registers and MSRs come from arch/cpu.h.  CPUID is no privileged instruction.
 */
#ifndef CORE_PRIV_H
#define CORE_PRIV_H

#include "arch/cpu.h"

uint64_t priv_read_cr0(void);
uint64_t priv_read_cr4(void);
/* Model-specific registers; one that does not exist is a bug of the caller (see msr_probe in core/machine.h). */
uint64_t priv_rdmsr(uint32_t msr);
/*@ predicate base_register(integer msr) = 0xc0000100 <= msr <= 0xc0000102; */
/*@ predicate canonical_address(integer a) = a < 0x800000000000 || a >= 0xffff800000000000; */
/* FS, GS or the other GS base, canonical: no other MSR is a module's to write. */
void priv_wrmsr(uint32_t msr, uint64_t v);
/*@ predicate touches(integer port, integer size, integer first, integer last) = port <= last && port + size > first; */
/*@ predicate port_is_ours(integer port, integer size) = touches(port, size, 0x20, 0x21) ||
      touches(port, size, 0x40, 0x43) || touches(port, size, 0xa0, 0xa1) || touches(port, size, 0x3f8, 0x3ff);
*/
/* A port of the size bytes from `port` is the hypervisor's: PICs, PIT, the console's UART. */
bool priv_port_is_ours(uint16_t port, unsigned size);
/* Ports that are not ours, while the hardware domain runs. */
uint8_t priv_inb(uint16_t port);
uint16_t priv_inw(uint16_t port);
uint32_t priv_inl(uint16_t port);
void priv_outb(uint8_t v, uint16_t port);
void priv_outw(uint16_t v, uint16_t port);
void priv_outl(uint32_t v, uint16_t port);
/* Drop this CPU's translation of one address. */
void priv_invlpg(uint64_t va);
void priv_wbinvd(void);
/* No breakpoint is on. */
void priv_clear_dr7(void);
SC_CORE void priv_xsetbv(uint32_t reg, uint64_t v);

#endif
