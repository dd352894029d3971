/* SPDX-License-Identifier: MIT */
/*
 * hypercalls.h - the handlers that dispatch/hypercall.c lists.
 *
 * A handler gets the calling vcpu and the five argument registers (rdi, rsi,
 * rdx, r10, r8); it returns what the guest finds in rax, or HC_CONTINUE
 * (core/cont.h).  Source: Xen public headers, one per call.
 */
#ifndef XEN_COMPAT_HYPERCALLS_H
#define XEN_COMPAT_HYPERCALLS_H

#include "core/domain.h"

typedef long hypercall_fn(struct vcpu *v, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5);

hypercall_fn hc_set_trap_table, hc_mmu_update, hc_set_gdt, hc_stack_switch, hc_set_callbacks, hc_sched_op_compat,
    hc_fpu_taskswitch, hc_platform_op, hc_set_debugreg, hc_get_debugreg, hc_update_descriptor, hc_memory_op,
    hc_multicall, hc_update_va_mapping, hc_set_timer_op, hc_xen_version, hc_console_io, hc_grant_table_op, hc_vm_assist,
    hc_update_va_mapping_otherdomain, hc_iret, hc_vcpu_op, hc_set_segment_base, hc_mmuext_op, hc_nmi_op, hc_sched_op,
    hc_callback_op, hc_event_channel_op, hc_physdev_op, hc_mca, hc_xenpmu_op, hc_sysctl, hc_domctl;

#endif
