/* SPDX-License-Identifier: MIT */
/*
 * Delivery to a PV guest: a frame on its kernel stack, then its handler.
 * The frame, from the top of the stack down (Xen public header xen-x86_64.h and
 * arch-x86/xen.h): ss, rsp, rflags, cs, rip, [error code], r11, rcx.
 */
#include "arch/cpu.h"
#include "arch/guest_access.h"
#include "core/segments.h"
#include "core/guest.h"
#include "core/log.h"
#include "core/trap.h"

#define GUEST_CS64 0xe033
#define GUEST_SS64 0xe02b

struct bounce {
    uint64_t handler;
    uint32_t error_code;
    bool has_error_code;
    bool mask_events;
};

/* Events are masked: read back as the guest's interrupt flag, inverted. */
static uint8_t upcall_mask(const struct vcpu *v)
{
    return shared_read8(&v->info->evtchn_upcall_mask);
}

/* rflags as the guest's kernel sees them: its own IF and IOPL. */
static uint64_t guest_rflags(const struct vcpu *v, const struct guest_regs *regs, uint8_t mask)
{
    uint64_t f = regs->rflags & ~(RFLAGS_IF | RFLAGS_IOPL);

    if (mask == 0)
        f |= RFLAGS_IF;
    if ((v->domain->vm_assist & 1U << VMASST_TYPE_architectural_iopl) != 0)
        f |= (uint64_t)v->iopl << 12;
    return f;
}

static void bounce_failed(struct vcpu *v, struct guest_regs *regs, const struct bounce *b)
{
    domain_crash(v->domain, "no room for a frame: handler %016lx, kernel stack %016lx", b->handler,
                 v->kernel_mode ? regs->rsp : v->kernel_sp);
}

static void bounce_deliver(struct vcpu *v, struct guest_regs *regs, const struct bounce *b)
{
    uint64_t frame[8], sp, cs = regs->cs;
    uint8_t mask = upcall_mask(v);
    unsigned n = 0;

    if (v->kernel_mode) {
        sp = regs->rsp & ~0xfUL;
        cs &= ~3UL; /* the guest's kernel takes ring 0 for "from kernel mode" */
    } else {
        toggle_guest_mode(v);
        sp = v->kernel_sp & ~0xfUL;
    }
    frame[n++] = regs->rcx;
    frame[n++] = regs->r11;
    if (b->has_error_code)
        frame[n++] = b->error_code;
    frame[n++] = regs->rip;
    frame[n++] = cs | (uint64_t)mask << 32;
    frame[n++] = guest_rflags(v, regs, mask);
    frame[n++] = regs->rsp;
    frame[n++] = regs->ss & 0xffff;
    sp -= n * 8UL;
    if (b->handler == 0 || guest_write(gva(sp), frame, n * 8UL) != 0) {
        bounce_failed(v, regs, b);
        return;
    }
    if (b->mask_events)
        shared_write8(&v->info->evtchn_upcall_mask, 1);
    regs->rsp = sp;
    regs->rip = b->handler;
    regs->cs = GUEST_CS64;
    regs->ss = GUEST_SS64;
    regs->rflags &= ~(RFLAGS_TF | RFLAGS_NT | RFLAGS_RF | RFLAGS_VM | RFLAGS_AC | RFLAGS_DF | RFLAGS_IOPL);
    regs->rflags |= RFLAGS_IF;
    regs->vector = TRAP_SYSCALL; /* rcx and r11 are on the guest's stack: SYSRET will do */
}

void pv_deliver_upcall(struct vcpu *v, struct guest_regs *regs)
{
    struct bounce b = { .handler = v->cb.event, .mask_events = true };

    if (b.handler == 0) {
        /* Nothing registered yet: nothing to call. */
        shared_write8(&v->info->evtchn_upcall_pending, 0);
        return;
    }
    bounce_deliver(v, regs, &b);
}

void pv_syscall(struct vcpu *v, struct guest_regs *regs)
{
    struct bounce b = { .handler = v->cb.syscall, .mask_events = v->cb.syscall_masks };

    if (b.handler == 0) {
        regs->rip -= 2; /* no handler: the instruction is undefined */
        pv_inject(v, regs, TRAP_UD, 0);
        return;
    }
    bounce_deliver(v, regs, &b);
}

void pv_syscall32(struct vcpu *v, struct guest_regs *regs)
{
    struct bounce b = { .handler = v->cb.syscall32, .mask_events = v->cb.syscall32_masks };

    if (b.handler == 0) {
        regs->rip -= 2;
        pv_inject(v, regs, TRAP_UD, 0);
        return;
    }
    bounce_deliver(v, regs, &b);
}

static bool vector_has_error_code(unsigned vector)
{
    return vector == TRAP_DF || (vector >= TRAP_TS && vector <= TRAP_PF) || vector == TRAP_AC || vector == TRAP_CP;
}

void pv_inject(struct vcpu *v, struct guest_regs *regs, unsigned vector, uint32_t error_code)
{
    const struct vcpu_trap *t = &v->traps[vector & 255];
    struct bounce b = {
        .handler = t->address,
        .error_code = error_code,
        .has_error_code = vector_has_error_code(vector),
        .mask_events = (t->flags & TRAP_MASKS_EVENTS) != 0,
    };

    if (t->address == 0) {
        domain_crash(v->domain, "exception %u, error code %x, and no handler registered", vector, error_code);
        return;
    }
    bounce_deliver(v, regs, &b);
}

void pv_inject_page_fault(struct vcpu *v, struct guest_regs *regs, uint64_t address, uint32_t error_code)
{
    /* The guest's kernel runs in ring 3 of the machine, but in its own eyes it is no user. */
    if (v->kernel_mode)
        error_code &= ~PF_USER;
    else
        error_code |= PF_USER;
    v->info->arch.cr2 = address;
    pv_inject(v, regs, TRAP_PF, error_code);
}

void pv_deliver_nmi(struct vcpu *v, struct guest_regs *regs)
{
    struct bounce b = { .handler = v->cb.nmi, .mask_events = true };

    v->nmi_pending = false;
    if (b.handler != 0)
        bounce_deliver(v, regs, &b);
}

void pv_iret_failed(struct vcpu *v, struct guest_regs *regs)
{
    struct bounce b = { .handler = v->cb.failsafe, .mask_events = v->cb.failsafe_masks };
    uint64_t selectors[4] = { read_ds(), read_es(), read_fs(), read_gs() };
    uint64_t sp;

    if (b.handler == 0) {
        domain_crash(v->domain, "a return to %x:%016lx failed and no failsafe callback is registered", regs->cs,
                     regs->rip);
        return;
    }
    bounce_deliver(v, regs, &b);
    if (v->domain->shut_down)
        return;
    /* The failsafe frame has ds, es, fs, gs between r11 and rip (Xen public: callback.h). */
    sp = regs->rsp - sizeof(selectors);
    {
        uint64_t rcx_r11[2];

        if (guest_read(rcx_r11, gva(regs->rsp), sizeof(rcx_r11)) != 0 ||
            guest_write(gva(sp), rcx_r11, sizeof(rcx_r11)) != 0 ||
            guest_write(gva(sp + sizeof(rcx_r11)), selectors, sizeof(selectors)) != 0) {
            bounce_failed(v, regs, &b);
            return;
        }
    }
    regs->rsp = sp;
}
