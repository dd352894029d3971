/* SPDX-License-Identifier: MIT */
#include "core/trap.h"

#include "arch/apic.h"
#include "arch/cpu.h"
#include "core/fpu.h"
#include "core/fuel.h"
#include "core/segments.h"
#include "core/image.h"
#include "core/log.h"
#include "core/machine.h"
#include "core/module_swap.h"
#include "core/modules.h"
#include "core/sites.h"
#include "core/text.h"
#include "ports/pvmmu.h"

struct extable_entry {
    int32_t from, to; /* relative to their own place */
};

/* Where a fault at rip continues, or 0. */
static uint64_t extable_find(uint64_t rip)
{
    SC_UNSAFE("DEV-28: the linker script puts whole entries between the two symbols, each relative to its own place")
    {
        extern const struct extable_entry __extable_start[], __extable_end[];

        for (const struct extable_entry *e = __extable_start; e != __extable_end; e++)
            if ((uint64_t)&e->from + (uint64_t)(int64_t)e->from == rip)
                return (uint64_t)&e->to + (uint64_t)(int64_t)e->to;
    }
    return 0;
}

static void page_fault_from_guest(struct vcpu *v, struct guest_regs *regs)
{
    uint64_t address = read_cr2();

    if (pvmmu_fault(v, address, regs->error_code))
        return;
    pv_inject_page_fault(v, regs, address, regs->error_code);
}

static void debug_from_guest(struct vcpu *v, struct guest_regs *regs)
{
    v->debugreg[6] = read_dr6();
    pv_inject(v, regs, TRAP_DB, 0);
}

static void device_not_available(struct vcpu *v, struct guest_regs *regs)
{
    if ((v->cr0_guest & CR0_TS) != 0) {
        v->cr0_guest &= ~CR0_TS; /* as Xen: the trap clears the guest's TS */
        fpu_load(v);
        pv_inject(v, regs, TRAP_NM, 0);
        return;
    }
    fpu_load(v);
}

void trap_from_guest(struct guest_regs *regs, struct vcpu *v)
{
    switch (regs->vector) {
    case TRAP_PF: page_fault_from_guest(v, regs); return;
    case TRAP_GP:
        if (!privemul_gp(v, regs))
            pv_inject(v, regs, TRAP_GP, regs->error_code);
        return;
    case TRAP_UD:
        if (!privemul_ud(v, regs))
            pv_inject(v, regs, TRAP_UD, 0);
        return;
    case TRAP_NM: device_not_available(v, regs); return;
    case TRAP_DB: debug_from_guest(v, regs); return;
    default: pv_inject(v, regs, regs->vector, regs->error_code); return;
    }
}

/* IRETQ faulted in ring 0: put the guest's registers back under its frame. */
static struct trap_verdict iret_fault(struct guest_regs *regs)
{
    struct cpu_top *top = cpu_top();
    struct guest_regs saved = *regs;

    memcpy(&top->regs, &saved, offsetof(struct guest_regs, error_code));
    top->regs.error_code = saved.error_code;
    top->regs.vector = saved.vector;
    return (struct trap_verdict){ cpu_top_va(), 0 };
}

/* What trapped is said, and what it held is released. */
static void module_drop_frames(struct guest_regs *regs)
{
    *fuel_word() = ENTRY_FUEL; /* what reports it are modules too */
    if (!site_report(regs->rip))
        log_err("module fault: vector %u at %016lx, error code %x", regs->vector, regs->rip, regs->error_code);
    dump_backtrace(regs->rsp, regs->rip);
    gate_unwind(&this_cpu()->gate);
}

static void failure_note(struct module *m, const struct guest_regs *regs)
{
    atomic_add32(&m->failures, 1);
    site_text(regs->rip, regs->vector, m->text);
}

/* On the way out of an entry nobody waits for an answer: everything is looked at again.  A scheduler that nobody can
 * replace is the end. */
static bool exit_can_go_on(struct cpu *cpu, const struct module *m SC_NULLABLE, bool replaced)
{
    if (!replaced && (m == NULL || module_exports(m, SHO_LITERAL("sched_pick"))))
        return false;
    cpu->working = false;
    __atomic_fetch_or(&cpu->pending, (1U << NR_SOFTIRQS) - 1, __ATOMIC_SEQ_CST);
    return true;
}

/* A trap in a module: its frames are dropped, and what the entry was for gets an error, or is done again by who serves
 * instead.  A stack of 0: it cannot go on. */
static struct trap_verdict module_fault(struct guest_regs *regs)
{
    struct module *m = module_of_text(text_home(regs->rip));
    struct cpu *cpu = this_cpu();
    struct vcpu *v = cpu->current;
    bool replaced;

    module_drop_frames(regs);
    if (m != NULL)
        failure_note(m, regs);
    replaced = m != NULL && swap_failed(m);
    if (v == NULL || (cpu->working && !exit_can_go_on(cpu, m, replaced)))
        return (struct trap_verdict){ 0, 0 };
    if (cpu->working || v == cpu->idle)
        return (struct trap_verdict){ cpu_top_va(), 2 };
    if (guest_regs()->vector == TRAP_SYSCALL)
        return (struct trap_verdict){ cpu_top_va(), 1 };
    if (!replaced)
        domain_crash(v->domain, "a module failed in exception %u of it", guest_regs()->vector);
    return (struct trap_verdict){ cpu_top_va(), 2 };
}

/* While modules change places: if it serves, it loses that as soon as everything is put back. */
static void hand_over_fault(struct guest_regs *regs)
{
    struct module *m = module_of_text(text_home(regs->rip));

    module_drop_frames(regs);
    if (m != NULL) {
        failure_note(m, regs);
        (void)swap_failed(m);
    }
    this_cpu()->working = false;
}

static bool in_module(uint64_t rip)
{
    uint64_t home = text_home(rip);

    return (home >= image.module_text_start && home < image.module_text_end) ||
           (home >= image.area_text_start && home < image.area_readonly_start);
}

struct trap_verdict trap_from_hv(struct guest_regs *regs)
{
    uint64_t to = extable_find(regs->rip);

    if (to != 0) {
        /* A guest's writable-page-table trick may fault under our own copy too. */
        regs->rip = to;
        return (struct trap_verdict){ 0, 0 };
    }
    if (text_home(regs->rip) == image.guest_iret)
        return iret_fault(regs);
    if (regs->vector == TRAP_DB) {
        write_dr7(0x400); /* a guest's breakpoint on one of its own addresses that we touched */
        return (struct trap_verdict){ 0, 0 };
    }
    if (in_module(regs->rip)) {
        struct trap_verdict verdict = { cpu_top_va(), 2 };

        if (swap_trapped())
            hand_over_fault(regs);
        else
            verdict = module_fault(regs);
        if (verdict.stack != 0)
            return verdict;
    }
    *fuel_word() = INT64_MAX;
    (void)site_report(regs->rip);
    dump_hv(regs);
    panic("fatal trap %u, error code %x, cr2 %016lx", regs->vector, regs->error_code, read_cr2());
}

void trap_ist(struct guest_regs *regs)
{
    if (regs->vector == TRAP_NMI) {
        if (machine_stopping())
            cpu_halt_forever();
        this_cpu()->nmi_seen = true;
        return;
    }
    *fuel_word() = INT64_MAX;
    dump_hv(regs);
    panic("%s", regs->vector == TRAP_DF ? "double fault (a stack overflow?)" : "machine check");
}

long hypercall_fault(struct vcpu *v)
{
    v->cont.active = false;
    return -EFAULT;
}
