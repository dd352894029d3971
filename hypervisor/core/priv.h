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
void priv_wrmsr(uint32_t msr, uint64_t v);
uint8_t priv_inb(uint16_t port);
uint16_t priv_inw(uint16_t port);
uint32_t priv_inl(uint16_t port);
void priv_outb(uint8_t v, uint16_t port);
void priv_outw(uint16_t v, uint16_t port);
void priv_outl(uint32_t v, uint16_t port);
/* Drop this CPU's translation of one address. */
void priv_invlpg(uint64_t va);
void priv_wbinvd(void);
void priv_write_dr7(uint64_t v);
SC_CORE void priv_xsetbv(uint32_t reg, uint64_t v);

#endif
