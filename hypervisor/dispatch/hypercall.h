/* SPDX-License-Identifier: MIT */
/* hypercall.h - from the entry to the handlers. */
#ifndef DISPATCH_HYPERCALL_H
#define DISPATCH_HYPERCALL_H

#include "xen-compat/hypercalls.h"

#define NR_HYPERCALLS 64

/* Indexed by rax in arch/entry.S: every slot is a handler. */
extern hypercall_fn *const hypercall_table[NR_HYPERCALLS];
/* Call number op, below NR_HYPERCALLS, with its arguments; what the handler returns. */
long hypercall_call(struct vcpu *v, uint64_t op, const xen_ulong_t args[6]);
/* The call that v's continuation record belongs to goes on; its result into regs. */
void hypercall_resume(struct vcpu *v, struct guest_regs *regs);
/* "mmu_update" and so on, for logs. */
SC_STRING const char *hypercall_name(uint32_t nr);

/* What entry.S calls by when a module looks on at hypercalls (ports/hooks.h, cpu->hooked). */
long hypercall_call_hooked(struct vcpu *v, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5);
/* dispatch/module_op.c */
long hc_module_op(struct vcpu *v, uint64_t arg, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5);

#endif
