/* SPDX-License-Identifier: MIT */
/* The hypercall table: number, name, handler. */
#include "dispatch/hypercall.h"

#include "core/cont.h"
#include "core/log.h"
#include "core/trap.h"
#include "dispatch/extensions.h"
#include "ports/hooks.h"
#ifdef FAULTY_MODULE
#include "modules/faulty/faulty.h"
#endif

static long hc_none(struct vcpu *v, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5);

/* One row a call.  What is not here is hc_none: -ENOSYS and a line in the log. */
#define HYPERCALL_LIST(ROW)            \
    ROW(set_trap_table)                \
    ROW(mmu_update)                    \
    ROW(set_gdt)                       \
    ROW(stack_switch)                  \
    ROW(set_callbacks)                 \
    ROW(fpu_taskswitch)                \
    ROW(sched_op_compat)               \
    ROW(platform_op)                   \
    ROW(set_debugreg)                  \
    ROW(get_debugreg)                  \
    ROW(update_descriptor)             \
    ROW(memory_op)                     \
    ROW(multicall)                     \
    ROW(update_va_mapping)             \
    ROW(set_timer_op)                  \
    ROW(xen_version)                   \
    ROW(console_io)                    \
    ROW(grant_table_op)                \
    ROW(vm_assist)                     \
    ROW(update_va_mapping_otherdomain) \
    ROW(iret)                          \
    ROW(vcpu_op)                       \
    ROW(set_segment_base)              \
    ROW(mmuext_op)                     \
    ROW(nmi_op)                        \
    ROW(sched_op)                      \
    ROW(callback_op)                   \
    ROW(event_channel_op)              \
    ROW(physdev_op)                    \
    ROW(sysctl)                        \
    ROW(domctl)

#define TABLE_ROW(name) [__HYPERVISOR_##name] = hc_##name,
#define NAME_ROW(name) [__HYPERVISOR_##name] = #name,
#define EXTENSION_TABLE_ROW(number, module) [__HYPERVISOR_##number] = hc_##module,
#define EXTENSION_NAME_ROW(number, module) [__HYPERVISOR_##number] = #module,

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Winitializer-overrides"
hypercall_fn *const hypercall_table[NR_HYPERCALLS] = {
    [0 ... NR_HYPERCALLS - 1] = hc_none,
    HYPERCALL_LIST(TABLE_ROW) EXTENSION_LIST(EXTENSION_TABLE_ROW)[__HYPERVISOR_arch_0] = hc_mca,
    [__HYPERVISOR_xenpmu_op] = hc_xenpmu_op,
    [__HYPERVISOR_arch_6] = hook_extension,
    [__HYPERVISOR_arch_7] = hc_module_op,
#ifdef FAULTY_MODULE /* build/safehype-faulty, for tests only */
    [__HYPERVISOR_arch_5] = hc_faulty,
#endif
};
#pragma clang diagnostic pop

static const char *const names[NR_HYPERCALLS] = {
    HYPERCALL_LIST(NAME_ROW) EXTENSION_LIST(EXTENSION_NAME_ROW)[__HYPERVISOR_arch_0] = "mca",
    [__HYPERVISOR_xenpmu_op] = "xenpmu_op",
    [__HYPERVISOR_arch_6] = "hook_extension",
    [__HYPERVISOR_arch_7] = "module_op",
};

SC_STRING const char *hypercall_name(uint32_t nr)
{
    return nr < NR_HYPERCALLS && names[nr] != NULL ? names[nr] : "unknown";
}

long hypercall_unknown(struct vcpu *v, uint32_t nr)
{
    (void)v;
    log_guest(LOG_INFO, "hypercall %u: not implemented", nr);
    return -ENOSYS;
}

static long hc_none(struct vcpu *v, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5)
{
    return hypercall_unknown(v, (uint32_t)guest_regs()->rax);
}

long hypercall_call_hooked(struct vcpu *v, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5)
{
    uint32_t nr = (uint32_t)guest_regs()->rax % NR_HYPERCALLS;
    long rc;

    hook_hypercall_enter(v, nr);
    rc = hypercall_table[nr](v, a1, a2, a3, a4, a5);
    hook_hypercall_exit(v, nr);
    return rc;
}

long hypercall_call(struct vcpu *v, uint64_t op, const xen_ulong_t args[6])
{
    return hypercall_table[op % NR_HYPERCALLS](v, args[0], args[1], args[2], args[3], args[4]);
}

void hypercall_resume(struct vcpu *v, struct guest_regs *regs)
{
    uint8_t op = v->cont.in_multicall ? __HYPERVISOR_multicall : v->cont.op;
    long rc = hypercall_table[op % NR_HYPERCALLS](v, regs->rdi, regs->rsi, regs->rdx, regs->r10, regs->r8);

    if (rc != HC_CONTINUE)
        regs->rax = (uint64_t)rc;
}
