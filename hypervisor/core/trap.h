/* SPDX-License-Identifier: MIT */
/* trap.h - exceptions, interrupts, and the way back to a guest. */
#ifndef CORE_TRAP_H
#define CORE_TRAP_H

#include "core/domain.h"

/* Called by arch/entry.S. */
SC_CORE void trap_from_guest(struct guest_regs *regs, struct vcpu *v);
struct trap_verdict {
    uint64_t stack; /* go on with this stack, or 0: return to where the trap was */
    uint64_t where; /* 0: the guest's IRETQ failed; 1: a module failed under the hypercall gate; 2: elsewhere */
};
SC_CORE struct trap_verdict trap_from_hv(struct guest_regs *regs);
SC_CORE void trap_ist(struct guest_regs *regs);
SC_CORE void irq_handle(uint32_t vector);
SC_CORE void exit_work(struct guest_regs *regs);
SC_CORE long hypercall_fault(struct vcpu *v);
SC_CORE long hypercall_unknown(struct vcpu *v, uint32_t nr);

/* Delivery to a PV guest (core/pvtrap.c); a guest that cannot take it is killed. */
SC_CORE void pv_deliver_upcall(struct vcpu *v, struct guest_regs *regs);
SC_CORE void pv_syscall(struct vcpu *v, struct guest_regs *regs);
SC_CORE void pv_syscall32(struct vcpu *v, struct guest_regs *regs);
SC_CORE void pv_iret_failed(struct vcpu *v, struct guest_regs *regs);
SC_CORE void pv_deliver_nmi(struct vcpu *v, struct guest_regs *regs);
/* Deliver exception vector, with its error code if it has one. */
void pv_inject(struct vcpu *v, struct guest_regs *regs, unsigned vector, uint32_t error_code);
SC_CORE void pv_inject_page_fault(struct vcpu *v, struct guest_regs *regs, uint64_t address, uint32_t error_code);

/* Module privemul: #GP and #UD that emulation may resolve.  True: done, resume. */
bool privemul_gp(struct vcpu *v, struct guest_regs *regs);
bool privemul_ud(struct vcpu *v, struct guest_regs *regs);

/* Dumps (core/dump.c). */
void dump_guest(const struct vcpu *v, const struct guest_regs *regs);
SC_CORE void dump_hv(const struct guest_regs *regs);
SC_CORE void dump_backtrace(uint64_t rsp, uint64_t rip);

#endif
