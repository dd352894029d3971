/* SPDX-License-Identifier: MIT */
/* privemul.h - emulation of privileged instructions for PV kernels (docs: abi.md). */
#ifndef MODULES_PRIVEMUL_H
#define MODULES_PRIVEMUL_H

#include "core/domain.h"
#include "ports/insn.h"

/* msr.c: false: the guest gets #GP. */
bool msr_read(struct vcpu *v, uint32_t msr, uint64_t *value);
bool msr_write(struct vcpu *v, uint32_t msr, uint64_t value);
bool xcr0_write(struct vcpu *v, uint32_t reg, uint64_t value);

/* cpuid.c: leaf in rax, subleaf in rcx; the answer into rax, rbx, rcx, rdx. */
void cpuid_guest(struct vcpu *v, struct guest_regs *regs);

/* portio.c */
bool port_io_opcode(uint8_t opcode);
bool port_io(struct vcpu *v, struct guest_regs *regs, struct insn *in);

/* debugreg.c: 0, -EINVAL (a hypervisor address), -EPERM (reserved bits). */
SC_NODISCARD int debugreg_set(struct vcpu *v, unsigned n, uint64_t value);

#endif
