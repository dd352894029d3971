/* SPDX-License-Identifier: MIT */
/*
 * speculation.h - mitigations of speculation (docs/handbook/speculation.md).  What the CPU has is read at boot, before
 * text is read-only; the code on the way in and out is patched in (core/alternatives.h).
 *
 * XPTI (docs/decisions/0023-xpti.md): a guest under it runs on its CPU's root table, a copy of its own L4, but of the
 * hypervisor's slots only the M2P that guests may read, its domain's descriptor tables, and the few pages that the way
 * in needs.  The hypervisor runs on the guest's L4.
 */
#ifndef CORE_SPECULATION_H
#define CORE_SPECULATION_H

#include "core/domain.h"

/* What the way out does if a guest runs on its CPU's root table: drop what the TLB has of it; copy it anew, too. */
#define ROOT_FLUSH 1
#define ROOT_COPY 2

#define PCID_ROOT 1 /* of root tables; the hypervisor's view has 0 */
#define CR3_NOFLUSH 0x8000000000000000UL

#define SPEC_CTRL_IBRS 1U
#define SPEC_CTRL_STIBP 2U
#define SPEC_CTRL_SSBD 4U

extern bool xpti_used SC_BOOT; /* a domain may be under it */
extern bool pcid_used SC_BOOT; /* the root tables' translations bear a PCID, and stay while the hypervisor runs */

/* Decide, by the command line and the CPU, and patch: before memory_init. */
SC_CORE void speculation_init(void);
SC_CORE void speculation_report(void);
/* This CPU's MSRs. */
SC_CORE void speculation_init_cpu(void);
/* Is a domain made now under XPTI? */
SC_CORE bool xpti_wanted(bool privileged);
/* next comes to this CPU: what another vcpu taught its predictors does not steer it; its IA32_SPEC_CTRL. */
SC_CORE void speculation_switch(struct cpu *cpu, struct vcpu *next);

/* What guests find: bits of IA32_SPEC_CTRL that they may set (0: there is no such register), whether there is
 * IA32_PRED_CMD, MD_CLEAR; their IA32_ARCH_CAPABILITIES. */
uint32_t speculation_guest_bits(void);
bool speculation_guest_ibpb(void);
bool speculation_guest_md_clear(void);
uint64_t speculation_guest_caps(void);
/* The running vcpu sets its IA32_SPEC_CTRL, to bits that it has. */
void speculation_guest_set(struct vcpu *v, uint32_t bits);
/* The running vcpu's barrier: IA32_PRED_CMD.IBPB, which is there. */
void speculation_guest_barrier(void);

#endif
