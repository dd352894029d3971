/* SPDX-License-Identifier: MIT */
/*
 * Privileged instructions that a PV kernel still executes.  They arrive as #GP
 * (or, for forced emulation, as #UD); the guest's kernel gets what it may have.
 */
#include "modules/privemul/privemul.h"

#include "core/priv.h"
#include "core/fpu.h"
#include "core/segments.h"
#include "core/tlb.h"
#include "core/guest.h"
#include "core/log.h"
#include "core/trap.h"
#include "modules/pvmmu/pvmmu.h"
#include "ports/insn.h"

#define CR4_GUEST_READS (CR4_DE | CR4_PAE | CR4_MCE | CR4_OSFXSR | CR4_OSXMMEXCPT)

/* "INT n" refused by DPL: the guest may offer that vector to its users. */
static bool software_interrupt(struct vcpu *v, struct guest_regs *regs, const struct insn *in)
{
    const struct vcpu_trap *t;
    unsigned vector;

    if (in->two_byte || in->opcode != 0xcd || in->at >= in->nr_fetched)
        return false;
    vector = in->bytes[in->at];
    t = &v->traps[vector];
    if (t->address == 0 || TRAP_DPL(t->flags) < (v->kernel_mode ? 1U : 3U))
        return false;
    regs->rip += in->at + 1U;
    pv_inject(v, regs, vector, 0);
    return true;
}

static bool read_cr(const struct vcpu *v, unsigned n, uint64_t *value)
{
    switch (n) {
    case 0: *value = (priv_read_cr0() & ~CR0_TS) | (v->cr0_guest & CR0_TS); return true;
    case 2: *value = v->info->arch.cr2; return true;
    case 3: *value = fref_mfn(v->kernel_pt).v << PAGE_SHIFT; return true;
    case 4:
        *value = (v->cr4_guest & ~CR4_GUEST_READS) | (priv_read_cr4() & (CR4_GUEST_READS | CR4_OSXSAVE));
        return true;
    default: return false;
    }
}

static bool write_base(struct vcpu *v, uint64_t value)
{
    struct mmu_ctx c = { .v = v, .pt_owner = v->domain, .pg_owner = v->domain, .to_end = true };
    struct mmu_request q = { .op = MMU_BASE, .mfn = mfn(value >> PAGE_SHIFT) };
    int rc;

    rc = mmu_request_run(&c, &q);
    mmu_finish(&c);
    return rc == 0;
}

static bool write_cr(struct vcpu *v, unsigned n, uint64_t value)
{
    switch (n) {
    case 0:
        if (((value ^ priv_read_cr0()) & ~CR0_TS) != 0) {
            log_guest(LOG_DEBUG, "change of CR0 to %lx left out", value);
            return false;
        }
        fpu_guest_ts(v, (value & CR0_TS) != 0);
        return true;
    case 2: v->info->arch.cr2 = value; return true;
    case 3: return write_base(v, value);
    case 4: segments_guest_cr4(v, value); return true;
    default: return false;
    }
}

static bool control_register(struct vcpu *v, struct guest_regs *regs, struct insn *in)
{
    bool to_cr = in->opcode == 0x22;
    unsigned n, r;
    uint64_t value;

    if (insn_modrm(in, v, regs, 0) != 0)
        return false;
    n = insn_modrm_reg(in);
    r = insn_modrm_rm(in);
    if (to_cr)
        return write_cr(v, n, insn_reg(regs, r));
    if (!read_cr(v, n, &value))
        return false;
    insn_set_reg(regs, r, value);
    return true;
}

static bool debug_register(struct vcpu *v, struct guest_regs *regs, struct insn *in)
{
    bool to_dr = in->opcode == 0x23;
    unsigned n, r;

    if (insn_modrm(in, v, regs, 0) != 0)
        return false;
    n = insn_modrm_reg(in);
    r = insn_modrm_rm(in);
    if (n > 7)
        return false;
    if (to_dr)
        return debugreg_set(v, n, insn_reg(regs, r)) == 0;
    insn_set_reg(regs, r, v->debugreg[n == 4 ? 6 : n == 5 ? 7 : n]);
    return true;
}

static bool two_byte(struct vcpu *v, struct guest_regs *regs, struct insn *in)
{
    uint64_t value;

    switch (in->opcode) {
    case 0x06: fpu_guest_ts(v, false); return true;
    case 0x08: /* invd */
    case 0x09: /* wbinvd */
        if (v->domain->privileged)
            priv_wbinvd();
        return true;
    case 0x20:
    case 0x22: return control_register(v, regs, in);
    case 0x21:
    case 0x23: return debug_register(v, regs, in);
    case 0x30: return msr_write(v, (uint32_t)regs->rcx, (uint32_t)regs->rax | regs->rdx << 32);
    case 0x32:
        if (!msr_read(v, (uint32_t)regs->rcx, &value))
            return false;
        regs->rax = (uint32_t)value;
        regs->rdx = value >> 32;
        return true;
    case 0x01: /* invlpg, /7 with memory */
        if (insn_modrm(in, v, regs, 0) != 0)
            return false;
        if (in->has_mem && ((in->modrm >> 3) & 7) == 7) {
            if (in->mem < HV_VIRT_START || in->mem >= HV_VIRT_END)
                priv_invlpg(in->mem);
            return true;
        }
        if (in->modrm == 0xd1 && fpu_xcr0() != 0) /* xsetbv */
            return xcr0_write(v, (uint32_t)regs->rcx, (uint32_t)regs->rax | regs->rdx << 32);
        return false;
    case 0xa2: cpuid_guest(v, regs); return true;
    default: return false;
    }
}

bool privemul_gp(struct vcpu *v, struct guest_regs *regs)
{
    struct insn in;
    bool done;

    if (insn_fetch(&in, regs) != 0)
        return false;
    if (in.opcode == 0xcd && !in.two_byte)
        return software_interrupt(v, regs, &in);
    if (!in.two_byte && port_io_opcode(in.opcode)) {
        done = port_io(v, regs, &in);
    } else if (!v->kernel_mode) {
        return false;
    } else if (in.two_byte) {
        done = two_byte(v, regs, &in);
    } else {
        /* CLI and STI without effect for a kernel with I/O privilege; HLT and the rest are its fault. */
        done = (in.opcode == 0xfa || in.opcode == 0xfb) && v->iopl >= 1;
    }
    if (done)
        insn_done(&in, regs);
    return done;
}

/* "ud2a; .ascii "xen"; cpuid": the guest asks for the hypervisor's own cpuid. */
bool privemul_ud(struct vcpu *v, struct guest_regs *regs)
{
    static const uint8_t forced[7] = { 0x0f, 0x0b, 'x', 'e', 'n', 0x0f, 0xa2 };
    uint8_t bytes[7];

    if (guest_read(bytes, gva(regs->rip), sizeof(bytes)) != 0)
        return false;
    if (memcmp(bytes, forced, sizeof(forced)) != 0)
        return false;
    cpuid_guest(v, regs);
    regs->rip += sizeof(forced);
    regs->vector = TRAP_UD;
    return true;
}
