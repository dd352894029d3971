/* SPDX-License-Identifier: MIT */
/* privemul.h - emulation of privileged instructions for PV kernels (docs: abi.md). */
#ifndef MODULES_PRIVEMUL_H
#define MODULES_PRIVEMUL_H

#include "core/domain.h"
#include "ports/insn.h"

#define EFER_SHOWN (EFER_SCE | EFER_LME | EFER_LMA | EFER_NX)

/*@ logic integer base_of(struct vcpu *v, integer msr) =
      msr == 0xc0000100 ? v->fs_base : msr == 0xc0000101 ? v->gs_base_kernel : v->gs_base_user;
*/
/*@ predicate bases_kept{K, L}(struct vcpu *v) = \at(v->fs_base, K) == \at(v->fs_base, L) &&
      \at(v->gs_base_kernel, K) == \at(v->gs_base_kernel, L) && \at(v->gs_base_user, K) == \at(v->gs_base_user, L);
*/
/*@ predicate machine_checks(integer msr) = 0x179 <= msr <= 0x17b || 0x400 <= msr <= 0x47f; */
/*@ predicate memory_types(integer msr) = msr == 0xfe || (0x200 <= msr <= 0x2ff && msr != 0x277); */

/* msr.c: false: the guest gets #GP. */
/*@ requires \valid(v) && \valid_read(v->domain) && \separated(value, v);
    assigns *value, v->fs_base, v->gs_base_kernel, v->gs_base_user;
    ensures base: base_register(msr) ==> \result && *value == base_of(v, msr);
    ensures kept: !base_register(msr) ==> bases_kept{Old, Here}(v);
    ensures efer: msr == 0xc0000080 ==> \result && (*value & (uint64_t)~EFER_SHOWN) == 0;
    ensures no_x2apic: msr == 0x1b ==> \result && (*value & 0x400) == 0;
    ensures memory: !v->domain->privileged && memory_types(msr) ==> !\result;
    ensures empty_unit: !v->domain->privileged && 0x179 <= msr <= 0x17b ==> \result && *value == 0;
    ensures no_banks: !v->domain->privileged && 0x400 <= msr <= 0x47f ==> !\result;
*/
bool msr_read(struct vcpu *v, uint32_t msr, uint64_t *value);
/*@ requires \valid(v) && \valid_read(v->domain);
    assigns v->fs_base, v->gs_base_kernel, v->gs_base_user, v->spec_ctrl;
    ensures base: base_register(msr) ==> (\result <==> canonical_address(value));
    ensures base_set: base_register(msr) && \result ==> base_of(v, msr) == value;
    ensures other_bases: \forall integer m; base_register(m) && m != msr ==> base_of(v, m) == \old(base_of(v, m));
    ensures refused: !\result ==> bases_kept{Old, Here}(v) && v->spec_ctrl == \old(v->spec_ctrl);
    ensures speculation: msr != 0x48 ==> v->spec_ctrl == \old(v->spec_ctrl);
    ensures speculation_set: msr == 0x48 && \result ==> v->spec_ctrl == value;
    ensures memory: !v->domain->privileged && memory_types(msr) ==> !\result;
*/
bool msr_write(struct vcpu *v, uint32_t msr, uint64_t value);
/*@ assigns v->xcr0;
    ensures taken: \result ==> reg == 0 && v->xcr0 == value;
    ensures valid: \result ==> (value & 1) != 0 && (value & 6) != 4;
    ensures refused: !\result ==> v->xcr0 == \old(v->xcr0);
*/
bool xcr0_write(struct vcpu *v, uint32_t reg, uint64_t value);

/* cpuid.c: leaf in rax, subleaf in rcx; the answer into rax, rbx, rcx, rdx. */
void cpuid_guest(struct vcpu *v, struct guest_regs *regs);

/* portio.c */
bool port_io_opcode(uint8_t opcode);
bool port_io(struct vcpu *v, struct guest_regs *regs, struct insn *in);

/* debugreg.c: 0, -EPERM (an address of the hypervisor or not canonical, a reserved bit), -EINVAL (no such register). */
SC_NODISCARD int debugreg_set(struct vcpu *v, unsigned n, uint64_t value);

#endif
