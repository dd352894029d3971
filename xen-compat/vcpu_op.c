/* SPDX-License-Identifier: MIT */
/* vcpu_op, set_timer_op (Xen public header vcpu.h). */
#include "core/domain.h"

#include <xen/sched.h>

#include "core/time.h"
#include "core/guest.h"
#include "core/log.h"
#include "core/schedule.h"
#include "modules/privemul/privemul.h"
#include "modules/pvmmu/pvmmu.h"
#include "modules/timer/timer.h"
#include "ports/evtchn.h"
#include "ports/sched.h"
#include "xen-compat/hypercalls.h"
#include "xen-compat/vcpu_state.h"

#define CTX(field) offsetof(struct vcpu_guest_context, field)

/* ---- VCPUOP_initialise: the context is read part by part, never whole ---- */

static int context_read(gva_t at, size_t off, void *to SC_COUNT(n), size_t n)
{
    return guest_read(to, gva_add(at, off), n);
}
#define context_get(at, field, local) context_read((at), CTX(field), &(local), sizeof(local))

static int init_regs(struct vcpu *v, gva_t ctx)
{
    struct cpu_user_regs u;
    struct guest_regs *r = &v->regs;

    if (context_get(ctx, user_regs, u) != 0)
        return -EFAULT;
    if (!code_address_ok(u.rip))
        return -EINVAL;
    memcpy(r, &u, sizeof(*r));
    r->cs = FLAT_KERNEL_CS;
    if ((u.cs & ~3) != 0)
        r->cs = u.cs | 3;
    r->ss = (uint64_t)u.ss | 3;
    v->iopl = (uint8_t)((r->rflags & RFLAGS_IOPL) >> 12); /* kept beside the machine's flags */
    r->rflags =
        (r->rflags & ~(RFLAGS_IOPL | RFLAGS_VM | RFLAGS_NT | RFLAGS_VIF | RFLAGS_VIP)) | RFLAGS_IF | RFLAGS_FIXED;
    r->vector = 0;
    v->ds = u.ds;
    v->es = u.es;
    v->fs = u.fs;
    v->gs = u.gs;
    return 0;
}

static int init_traps(struct vcpu *v, gva_t ctx)
{
    struct trap_info t;

    for (unsigned i = 0; i < 256; i++) {
        if (guest_get(t, gva_add(ctx, CTX(trap_ctxt) + i * sizeof(t))) != 0)
            return -EFAULT;
        if (t.address != 0 && trap_set(v, i, &t) != 0)
            return -EINVAL;
    }
    return 0;
}

struct context_calls {
    uint64_t event, failsafe, syscall, vm_assist, fs_base, gs_base_kernel, gs_base_user;
};
_Static_assert(CTX(fs_base) - CTX(event_callback_eip) == 32 && CTX(gs_base_user) - CTX(event_callback_eip) == 48,
               "the tail of the context is seven words");

static int init_calls(struct vcpu *v, gva_t ctx, uint64_t flags)
{
    struct context_calls c;
    uint64_t kernel[2], debugreg[8];

    if (context_read(ctx, CTX(event_callback_eip), &c, sizeof(c)) != 0 ||
        context_read(ctx, CTX(kernel_ss), kernel, sizeof(kernel)) != 0 || context_get(ctx, debugreg, debugreg) != 0)
        return -EFAULT;
    if (!code_address_ok(c.event) || !code_address_ok(c.failsafe) || !code_address_ok(c.syscall) ||
        !canonical(c.fs_base) || !canonical(c.gs_base_kernel) || !canonical(c.gs_base_user))
        return -EINVAL;
    v->kernel_ss = kernel[0];
    v->kernel_sp = kernel[1];
    v->cb.event = c.event;
    v->cb.failsafe = c.failsafe;
    v->cb.failsafe_masks = (flags & VGCF_failsafe_disables_events) != 0;
    v->cb.syscall = c.syscall;
    v->cb.syscall_masks = (flags & VGCF_syscall_disables_events) != 0;
    v->fs_base = c.fs_base;
    v->gs_base_kernel = c.gs_base_kernel;
    v->gs_base_user = c.gs_base_user;
    return 0;
}

/* GDT, then the kernel's L4, built if need be. */
static int init_tables(struct vcpu *v, gva_t ctx)
{
    struct mmu_ctx c = { .v = current_vcpu(), .pt_owner = v->domain, .pg_owner = v->domain };
    uint64_t gdt[16], gdt_entries, ctrlreg[8], ldt[2];
    fref_t pt;
    int rc;

    if (context_get(ctx, gdt_frames, gdt) != 0 || context_get(ctx, gdt_ents, gdt_entries) != 0 ||
        context_get(ctx, ctrlreg, ctrlreg) != 0 || context_read(ctx, CTX(ldt_base), ldt, sizeof(ldt)) != 0)
        return -EFAULT;
    if (gdt_entries > GDT_GUEST_PAGES * 512 || ldt[1] > 8192 || (ldt[0] & (PAGE_SIZE - 1)) != 0)
        return -EINVAL;
    rc = pvmmu_set_gdt(v, gdt, (unsigned)((gdt_entries + 511) / 512), (unsigned)gdt_entries);
    if (rc != 0)
        return rc;
    v->ldt_base = ldt[0];
    v->ldt_entries = (uint32_t)ldt[1];
    rc = table_get(&c, mfn(ctrlreg[3] >> PAGE_SHIFT), KIND_L4, &pt);
    if (rc == WALK_PREEMPTED) {
        rc = walk_to_end(&c);
        /* Sealed, with the builder's reference: that is the one we want. */
        if (rc == 0)
            pt = pte_table_ref(ctrlreg[3]);
    }
    mmu_finish(&c);
    if (rc != 0)
        return -EINVAL;
    table_put_to_end(&c, vcpu_set_base(v, false, pt), KIND_L4);
    return 0;
}

static int context_take(struct vcpu *v, gva_t ctx, uint64_t flags)
{
    int rc;

    v->kernel_mode = true;
    rc = init_regs(v, ctx);
    if (rc == 0)
        rc = init_traps(v, ctx);
    if (rc == 0)
        rc = init_calls(v, ctx, flags);
    if (rc == 0)
        rc = init_tables(v, ctx);
    if (rc == 0)
        v->initialised = true;
    return rc;
}

static long op_initialise(struct vcpu *v, gva_t ctx)
{
    uint64_t flags;
    int rc;

    if (context_get(ctx, flags, flags) != 0)
        return -EFAULT;
    if (atomic_xchg8(&v->initialising, 1) != 0)
        return -EBUSY; /* another vcpu is at it */
    if (v->initialised)
        rc = -EEXIST;
    else if ((flags & VGCF_in_kernel) == 0)
        rc = -EINVAL; /* a vcpu begins in its kernel */
    else
        rc = context_take(v, ctx, flags);
    atomic_write8(&v->initialising, 0);
    return rc;
}

/* ---- up, down ---- */

static long op_up(struct vcpu *v)
{
    if (!v->initialised)
        return -EINVAL;
    if (v->online)
        return 0;
    v->online = true;
    runstate_look(v);
    sched_wake(v);
    return 0;
}

static bool any_online(const struct domain *d)
{
    for (uint32_t i = 0; i < d->max_vcpus; i++) {
        if (d->vcpu[i] != NULL && d->vcpu[i]->online)
            return true;
    }
    return false;
}

static long op_down(struct vcpu *v)
{
    struct domain *d = v->domain;

    v->online = false;
    shared_fence(); /* of two that go at once, one at least sees that nobody is left */
    if (!any_online(d)) {
        domain_shutdown(d, SHUTDOWN_poweroff); /* the last one goes: the domain is done */
        return 0;
    }
    sched_sleep(v);
    runstate_look(v);
    return 0;
}

/* ---- places the guest shares ---- */

static int info_take(struct vcpu *v, const struct vcpu_register_vcpu_info *r)
{
    fref_t ref;

    if (!fref_is_none(v->info_ref) || (v != current_vcpu() && v->online))
        return -EINVAL;
    if (frame_get_rw(mfn(r->mfn), v->domain->id, &ref) != 0)
        return -EINVAL;
    vcpu_set_info(v, ref, r->offset);
    /* Events that were raised in the old place must be seen in the new one. */
    shared_write64(&v->info->evtchn_pending_sel, UINT64_MAX);
    shared_write8(&v->info->evtchn_upcall_pending, 1);
    return 0;
}

static long op_register_info(struct vcpu *v, gva_t arg)
{
    struct vcpu_register_vcpu_info r;
    int rc;

    if (guest_get(r, arg) != 0)
        return -EFAULT;
    if (r.offset > PAGE_SIZE - sizeof(struct vcpu_info))
        return -ENXIO;
    if ((r.offset & 7) != 0)
        return -EINVAL;
    if (atomic_xchg8(&v->initialising, 1) != 0)
        return -EBUSY; /* another vcpu is at it */
    rc = info_take(v, &r);
    atomic_write8(&v->initialising, 0);
    return rc;
}

static long op_register_runstate(struct vcpu *v, gva_t arg)
{
    struct vcpu_runstate_info now;
    uint64_t at;

    if (guest_read_u64(&at, arg) != 0)
        return -EFAULT;
    if (!guest_range(gva(at), sizeof(now)))
        return -EFAULT;
    v->runstate_gva = at;
    if (v == current_vcpu()) {
        runstate_publish(v);
    } else if (at != 0) {
        runstate_now(v, &now);
        if (guest_put(gva(at), now) != 0)
            return -EFAULT;
    }
    return 0;
}

static long op_register_time(struct vcpu *v, gva_t arg)
{
    struct vcpu_time_info t = { 0 };
    uint64_t at;

    if (guest_read_u64(&at, arg) != 0)
        return -EFAULT;
    if (!guest_range(gva(at), sizeof(t)))
        return -EFAULT;
    time_fill_guest(&t);
    return guest_put(gva(at), t);
}

/* ---- timers ---- */

static long op_set_periodic(struct vcpu *v, gva_t arg)
{
    struct vcpu_set_periodic_timer p;

    return guest_get(p, arg) != 0 ? -EFAULT : timer_periodic_set(v, p.period_ns);
}

static long op_set_singleshot(struct vcpu *v, gva_t arg)
{
    struct vcpu_set_singleshot_timer s;

    if (v != current_vcpu())
        return -EINVAL;
    if (guest_get(s, arg) != 0)
        return -EFAULT;
    return timer_singleshot_set(v, s.timeout_abs_ns, (s.flags & VCPU_SSHOTTMR_future) != 0);
}

static long op_get_runstate(struct vcpu *v, gva_t arg)
{
    struct vcpu_runstate_info now;

    runstate_now(v, &now);
    return guest_put(arg, now);
}

long hc_vcpu_op(struct vcpu *self, uint64_t cmd, uint64_t id, uint64_t arg, uint64_t a4, uint64_t a5)
{
    struct vcpu *v = domain_vcpu(self->domain, (uint32_t)id);
    gva_t at = gva(arg);

    if (v == NULL)
        return -ENOENT;
    switch ((int)cmd) {
    case VCPUOP_initialise: return op_initialise(v, at);
    case VCPUOP_up: return op_up(v);
    case VCPUOP_down: return op_down(v);
    case VCPUOP_is_up: return v->online;
    case VCPUOP_get_runstate_info: return op_get_runstate(v, at);
    case VCPUOP_register_runstate_memory_area: return op_register_runstate(v, at);
    case VCPUOP_set_periodic_timer: return op_set_periodic(v, at);
    case VCPUOP_stop_periodic_timer: timer_periodic_stop(v); return 0;
    case VCPUOP_set_singleshot_timer: return op_set_singleshot(v, at);
    case VCPUOP_stop_singleshot_timer:
        if (v != self)
            return -EINVAL;
        timer_singleshot_stop(v);
        return 0;
    case VCPUOP_register_vcpu_info: return op_register_info(v, at);
    case VCPUOP_register_vcpu_time_memory_area: return op_register_time(v, at);
    case VCPUOP_send_nmi:
        v->nmi_pending = true;
        vcpu_kick(v);
        cpu_pend(&cpus[atomic_read32(&v->cpu) % MAX_CPUS], SOFTIRQ_SCHEDULE);
        return 0;
    case VCPUOP_get_physid: {
        uint32_t cpu = atomic_read32(&v->cpu);
        struct vcpu_get_physid p = { .phys_id = (uint64_t)cpu << 32 | cpus[cpu % MAX_CPUS].apic_id };

        return v->domain->privileged ? guest_put(at, p) : -EINVAL;
    }
    default: return -ENOSYS;
    }
}

long hc_set_timer_op(struct vcpu *v, uint64_t timeout, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5)
{
    timer_legacy_set(v, timeout);
    return 0;
}
