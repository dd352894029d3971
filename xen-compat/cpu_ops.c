/* SPDX-License-Identifier: MIT */
/* Calls about the calling vcpu's own processor state (Xen public headers xen.h, callback.h, nmi.h). */
#include "core/domain.h"

#include <xen/callback.h>
#include <xen/nmi.h>

#include "core/priv.h"
#include "core/fpu.h"
#include "core/segments.h"
#include "core/guest.h"
#include "core/log.h"
#include "core/trap.h"
#include "modules/privemul/privemul.h"
#include "modules/pvmmu/pvmmu.h"
#include "xen-compat/hypercalls.h"
#include "xen-compat/vcpu_state.h"

bool canonical(uint64_t a)
{
    return (uint64_t)((int64_t)(a << 16) >> 16) == a;
}

/* A code address a guest may name: canonical, not the hypervisor's. */
bool code_address_ok(uint64_t a)
{
    return canonical(a) && (a < HV_VIRT_START || a >= HV_VIRT_END);
}

int trap_set(struct vcpu *v, unsigned vector, const struct trap_info *t)
{
    if (!code_address_ok(t->address))
        return -EPERM;
    v->traps[vector & 255].address = t->address;
    v->traps[vector & 255].cs = t->cs | 3;
    v->traps[vector & 255].flags = t->flags;
    return 0;
}

long hc_set_trap_table(struct vcpu *v, uint64_t table, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5)
{
    struct trap_info t;
    int rc;

    if (table == 0) {
        memset(v->traps, 0, sizeof(v->traps));
        return 0;
    }
    /* The list ends with address 0; 256 vectors and no more are worth reading. */
    for (unsigned i = 0; i < 257; i++) {
        if (guest_get(t, guest_elem(gva(table), i, sizeof(t))) != 0)
            return -EFAULT;
        if (t.address == 0)
            return 0;
        rc = trap_set(v, t.vector, &t);
        if (rc != 0)
            return rc;
    }
    return -EINVAL;
}

long hc_set_gdt(struct vcpu *v, uint64_t list, uint64_t entries, uint64_t a3, uint64_t a4, uint64_t a5)
{
    uint64_t frames[GDT_GUEST_PAGES] = { 0 };
    uint64_t n = (uint32_t)entries, nr = (n + 511) / 512;

    if (n > GDT_GUEST_PAGES * 512)
        return -EINVAL;
    if (guest_read(frames, gva(list), nr * sizeof(frames[0])) != 0)
        return -EFAULT;
    return pvmmu_set_gdt(v, frames, (unsigned)nr, (unsigned)n);
}

long hc_stack_switch(struct vcpu *v, uint64_t ss, uint64_t sp, uint64_t a3, uint64_t a4, uint64_t a5)
{
    v->kernel_ss = ss | 3;
    v->kernel_sp = sp;
    return 0;
}

long hc_fpu_taskswitch(struct vcpu *v, uint64_t set, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5)
{
    fpu_guest_ts(v, (int)set != 0);
    return 0;
}

long hc_set_debugreg(struct vcpu *v, uint64_t reg, uint64_t value, uint64_t a3, uint64_t a4, uint64_t a5)
{
    if ((int)reg < 0 || (int)reg > 7)
        return -ENODEV;
    return debugreg_set(v, (unsigned)reg, value);
}

long hc_get_debugreg(struct vcpu *v, uint64_t reg, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5)
{
    unsigned n = (unsigned)reg;

    if ((int)reg < 0 || (int)reg > 7)
        return -ENODEV;
    if (n == 4 || n == 5)
        n += 2;
    return (long)v->debugreg[n];
}

long hc_update_descriptor(struct vcpu *v, uint64_t where, uint64_t desc, uint64_t a3, uint64_t a4, uint64_t a5)
{
    return pvmmu_update_descriptor(v, maddr(where), desc);
}

long hc_set_segment_base(struct vcpu *v, uint64_t which, uint64_t base, uint64_t a3, uint64_t a4, uint64_t a5)
{
    if ((uint32_t)which == SEGBASE_GS_USER_SEL) {
        /* As Xen: a selector that cannot be loaded leaves null, and that is no error. */
        (void)load_segment_gs_user((uint16_t)base);
        return 0;
    }
    if (!canonical(base))
        return -EINVAL;
    switch ((uint32_t)which) {
    case SEGBASE_FS:
        v->fs_base = base;
        priv_wrmsr(MSR_FS_BASE, base);
        return 0;
    case SEGBASE_GS_USER:
        v->gs_base_user = base;
        priv_wrmsr(MSR_SHADOW_GS_BASE, base);
        return 0;
    case SEGBASE_GS_KERNEL:
        v->gs_base_kernel = base;
        priv_wrmsr(MSR_GS_BASE, base);
        return 0;
    default: return -EINVAL;
    }
}

/* ---- callbacks ---- */

static long callback_register(struct vcpu *v, const struct callback_register *r)
{
    struct vcpu_callbacks *cb = &v->cb;
    bool masks = (r->flags & CALLBACKF_mask_events) != 0;

    if (!code_address_ok(r->address))
        return -EINVAL;
    switch (r->type) {
    case CALLBACKTYPE_event: cb->event = r->address; return 0;
    case CALLBACKTYPE_failsafe:
        cb->failsafe = r->address;
        cb->failsafe_masks = masks;
        return 0;
    case CALLBACKTYPE_syscall:
        cb->syscall = r->address;
        cb->syscall_masks = masks;
        return 0;
    case CALLBACKTYPE_syscall32:
        cb->syscall32 = r->address;
        cb->syscall32_masks = masks;
        return 0;
    case CALLBACKTYPE_sysenter:
        cb->sysenter = r->address;
        cb->sysenter_masks = masks;
        return 0;
    case CALLBACKTYPE_nmi: cb->nmi = r->address; return 0;
    default: return -ENOSYS;
    }
}

/* The older call with the three that every kernel needs. */
long hc_set_callbacks(struct vcpu *v, uint64_t event, uint64_t failsafe, uint64_t syscall, uint64_t a4, uint64_t a5)
{
    if (!code_address_ok(event) || !code_address_ok(failsafe) || !code_address_ok(syscall))
        return -EINVAL;
    v->cb.event = event;
    v->cb.failsafe = failsafe;
    v->cb.syscall = syscall;
    return 0;
}

static long callback_unregister(struct vcpu *v, uint16_t type)
{
    switch (type) {
    case CALLBACKTYPE_event:
    case CALLBACKTYPE_failsafe:
    case CALLBACKTYPE_syscall:
    case CALLBACKTYPE_syscall32:
    case CALLBACKTYPE_sysenter: return -EINVAL;
    case CALLBACKTYPE_nmi: v->cb.nmi = 0; return 0;
    default: return -ENOSYS;
    }
}

long hc_callback_op(struct vcpu *v, uint64_t cmd, uint64_t arg, uint64_t a3, uint64_t a4, uint64_t a5)
{
    struct callback_register r;
    struct callback_unregister u;

    switch ((int)cmd) {
    case CALLBACKOP_register: return guest_get(r, gva(arg)) != 0 ? -EFAULT : callback_register(v, &r);
    case CALLBACKOP_unregister: return guest_get(u, gva(arg)) != 0 ? -EFAULT : callback_unregister(v, u.type);
    default: return -ENOSYS;
    }
}

long hc_nmi_op(struct vcpu *v, uint64_t cmd, uint64_t arg, uint64_t a3, uint64_t a4, uint64_t a5)
{
    uint64_t handler;

    switch ((uint32_t)cmd) {
    case XENNMI_register_callback:
        /* struct xennmi_callback { unsigned long handler_address; unsigned long pad; } */
        if (guest_read_u64(&handler, gva(arg)) != 0)
            return -EFAULT;
        if (!code_address_ok(handler))
            return -EINVAL;
        v->cb.nmi = handler;
        return 0;
    case XENNMI_unregister_callback: v->cb.nmi = 0; return 0;
    default: return -ENOSYS;
    }
}

/* What a vm_assist type means here; the rest cannot be had. */
#define ASSISTS                                                                                                        \
    (1UL << VMASST_TYPE_4gb_segments | 1U << VMASST_TYPE_4gb_segments_notify | 1U << VMASST_TYPE_writable_pagetables | \
     1U << VMASST_TYPE_pae_extended_cr3 | 1U << VMASST_TYPE_runstate_update_flag |                                     \
     1U << VMASST_TYPE_architectural_iopl)

long hc_vm_assist(struct vcpu *v, uint64_t cmd, uint64_t type, uint64_t a3, uint64_t a4, uint64_t a5)
{
    uint32_t t = (uint32_t)type;

    if (t > 5 && t != VMASST_TYPE_m2p_strict)
        return -EINVAL;
    if (t != VMASST_TYPE_m2p_strict && (ASSISTS & 1UL << t) == 0)
        return -EINVAL;
    switch ((uint32_t)cmd) {
    case VMASST_CMD_enable: v->domain->vm_assist |= 1UL << t; return 0;
    case VMASST_CMD_disable: v->domain->vm_assist &= ~(1UL << t); return 0;
    default: return -ENOSYS;
    }
}

/* ---- iret ---- */

#define RFLAGS_FROM_GUEST (~(RFLAGS_IOPL | RFLAGS_VM | RFLAGS_VIF | RFLAGS_VIP | RFLAGS_NT))

static void iret_frame(struct vcpu *v, struct guest_regs *regs, const struct iret_context *f)
{
    regs->rip = f->rip;
    regs->cs = (uint16_t)f->cs | 3;
    regs->ss = (f->ss & 0xffff) | 3;
    regs->rsp = f->rsp;
    regs->rflags = (f->rflags & RFLAGS_FROM_GUEST) | RFLAGS_IF | RFLAGS_FIXED;
    if ((f->flags & VGCF_in_syscall) == 0) {
        regs->vector = 0;
        regs->r11 = f->r11;
        regs->rcx = f->rcx;
    } else {
        /* SYSRET's own selectors */
        regs->vector = TRAP_SYSCALL;
        regs->cs = FLAT_USER_CS64;
        regs->ss = FLAT_USER_SS64;
    }
    shared_write8(&v->info->evtchn_upcall_mask, (f->rflags & RFLAGS_IF) == 0);
}

long hc_iret(struct vcpu *v, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5)
{
    struct guest_regs *regs = guest_regs();
    struct iret_context f;

    if (unlikely(guest_get(f, gva(regs->rsp)) != 0)) {
        domain_crash(v->domain, "iret: the frame at %016lx cannot be read", regs->rsp);
        return 0;
    }
    if ((f.cs & 3) == 3) {
        if (unlikely(fref_is_none(v->user_pt))) {
            domain_crash(v->domain, "iret to user mode without a user page table");
            return 0;
        }
        toggle_guest_mode(v);
    }
    if ((v->domain->vm_assist & 1U << VMASST_TYPE_architectural_iopl) != 0)
        v->iopl = (uint8_t)((f.rflags & RFLAGS_IOPL) >> 12);
    iret_frame(v, regs, &f);
    return (long)f.rax;
}
