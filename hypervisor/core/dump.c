/* SPDX-License-Identifier: MIT */
/* Dumps for people: a guest that died, a hypervisor that did. */
#include "arch/cpu.h"
#include "core/segments.h"
#include "core/cmdline.h"
#include "core/guest.h"
#include "core/hvmap.h"
#include "core/image.h"
#include "core/ksyms.h"
#include "core/log.h"
#include "core/machine.h"
#include "core/pt.h"
#include "core/text.h"
#include "core/trap.h"

static void dump_registers(const struct guest_regs *r)
{
    log_err("rip %016lx   cs %04x   rflags %016lx", r->rip, r->cs, r->rflags);
    log_err("rax %016lx   rbx %016lx   rcx %016lx", r->rax, r->rbx, r->rcx);
    log_err("rdx %016lx   rsi %016lx   rdi %016lx", r->rdx, r->rsi, r->rdi);
    log_err("rbp %016lx   rsp %016lx   r8  %016lx", r->rbp, r->rsp, r->r8);
    log_err("r9  %016lx   r10 %016lx   r11 %016lx", r->r9, r->r10, r->r11);
    log_err("r12 %016lx   r13 %016lx   r14 %016lx", r->r12, r->r13, r->r14);
    log_err("r15 %016lx   ss %04lx", r->r15, r->ss & 0xffff);
}

static void dump_guest_stack(uint64_t rsp)
{
    log_err("Guest stack from rsp %016lx:", rsp);
    for (unsigned row = 0; row < 8; row++) {
        uint64_t w[4];

        if (guest_read(w, gva(rsp + row * sizeof(w)), sizeof(w)) != 0) {
            log_err("   (not mapped)");
            return;
        }
        log_err("   %016lx %016lx %016lx %016lx", w[0], w[1], w[2], w[3]);
    }
}

static void dump_walk(const struct vcpu *v, uint64_t va)
{
    mfn_t t = fref_mfn(v->kernel_mode ? v->kernel_pt : v->user_pt);

    log_err("Page-table walk of %016lx:", va);
    for (unsigned l = KIND_L4; l >= KIND_L1; l--) {
        unsigned i = (unsigned)(va >> (PAGE_SHIFT + 9 * (l - 1))) & 511;
        uint64_t e = pt_peek(t, i);

        log_err("   L%u[%03x] = %016lx %s", l, i, e, pte_present(e) ? "" : "(absent)");
        if (!pte_present(e))
            return;
        t = pte_mfn(e);
    }
}

void dump_guest(const struct vcpu *v, const struct guest_regs *regs)
{
    log_err("Domain %u (vcpu#%u) in its %s mode:", v->domain->id, v->id, v->kernel_mode ? "kernel" : "user");
    dump_registers(regs);
    log_err("cr2 %016lx   cr3 %016lx   fsb %016lx   gsb %016lx", v->info->arch.cr2,
            fref_mfn(v->kernel_pt).v << PAGE_SHIFT, v->fs_base, v->gs_base_kernel);
    dump_walk(v, v->info->arch.cr2);
    dump_guest_stack(regs->rsp);
}

/* Every word of the stack that points into text is named: no frame pointers needed. */
void dump_backtrace(uint64_t rsp, uint64_t rip)
{
    uint64_t end = cpu_top_va(), lowest = ALIGN_DOWN(end, (uint64_t)STACK_AREA);
    unsigned nr = 0;

    log_err("Call trace:");
    ksyms_log("RIP", rip);
    for (uint64_t at = ALIGN_UP(rsp, 8UL); at >= lowest && at < end && nr < 24; at += 8) {
        uint64_t w = 0;

        if (hvmap_lookup(at) == 0)
            break;
        SC_UNSAFE("DEV-10: a mapped word of this CPU's stack")
        {
            w = *(const uint64_t *)at;
        }
        if (text_home(w) >= image.text_start && text_home(w) < image.text_end) {
            ksyms_log("   ", w);
            nr++;
        }
    }
}

void dump_hv(const struct guest_regs *regs)
{
    log_err("----[ SafeHype  x86_64 ]----");
    log_err("CPU %u  vector %u  error code %x", this_cpu()->id, regs->vector, regs->error_code);
    dump_registers(regs);
    log_err("cr0 %016lx   cr2 %016lx   cr3 %016lx   cr4 %016lx", read_cr0(), read_cr2(), read_cr3(), read_cr4());
    dump_backtrace(regs->rsp, regs->rip);
}
