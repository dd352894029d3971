/* SPDX-License-Identifier: MIT */
#include "core/guest.h"
#include "core/segments.h"
#include "ports/insn.h"

uint64_t insn_reg(const struct guest_regs *regs, unsigned n)
{
    switch (n & 15) {
    case 0: return regs->rax;
    case 1: return regs->rcx;
    case 2: return regs->rdx;
    case 3: return regs->rbx;
    case 4: return regs->rsp;
    case 5: return regs->rbp;
    case 6: return regs->rsi;
    case 7: return regs->rdi;
    case 8: return regs->r8;
    case 9: return regs->r9;
    case 10: return regs->r10;
    case 11: return regs->r11;
    case 12: return regs->r12;
    case 13: return regs->r13;
    case 14: return regs->r14;
    default: return regs->r15;
    }
}

void insn_set_reg(struct guest_regs *regs, unsigned n, uint64_t value)
{
    switch (n & 15) {
    case 0: regs->rax = value; break;
    case 1: regs->rcx = value; break;
    case 2: regs->rdx = value; break;
    case 3: regs->rbx = value; break;
    case 4: regs->rsp = value; break;
    case 5: regs->rbp = value; break;
    case 6: regs->rsi = value; break;
    case 7: regs->rdi = value; break;
    case 8: regs->r8 = value; break;
    case 9: regs->r9 = value; break;
    case 10: regs->r10 = value; break;
    case 11: regs->r11 = value; break;
    case 12: regs->r12 = value; break;
    case 13: regs->r13 = value; break;
    case 14: regs->r14 = value; break;
    default: regs->r15 = value; break;
    }
}

/* As much as can be read: to the end of the page if the next one is absent. */
static int fetch_bytes(struct insn *in, uint64_t rip)
{
    uint64_t in_page = PAGE_SIZE - (rip & (PAGE_SIZE - 1));

    in->nr_fetched = INSN_MAX;
    if (guest_read(in->bytes, gva(rip), INSN_MAX) == 0)
        return 0;
    if (in_page >= INSN_MAX || guest_read(in->bytes, gva(rip), in_page) != 0)
        return -EFAULT;
    in->nr_fetched = (uint8_t)in_page;
    return 0;
}

static int next_byte(struct insn *in, uint8_t *b)
{
    if (in->at >= in->nr_fetched || in->at >= INSN_MAX)
        return -EFAULT;
    *b = in->bytes[in->at++];
    return 0;
}

/* A legacy prefix: noted.  False: b is something else. */
static bool prefix(struct insn *in, uint8_t b)
{
    switch (b) {
    case 0x66: in->opsize16 = true; return true;
    case 0xf0: in->lock = true; return true;
    case 0xf2: in->repne = true; return true;
    case 0xf3: in->rep = true; return true;
    case 0x26:
    case 0x2e:
    case 0x36:
    case 0x3e: return true;
    case 0x64:
    case 0x65: in->seg = b; return true;
    default: return false;
    }
}

int insn_fetch(struct insn *in, const struct guest_regs *regs)
{
    uint8_t b;

    *in = (struct insn){ 0 };
    if (fetch_bytes(in, regs->rip) != 0)
        return -EFAULT;
    do {
        if (next_byte(in, &b) != 0)
            return -EFAULT;
    } while (prefix(in, b));
    if ((b & 0xf0) == 0x40) {
        in->rex = b;
        if (next_byte(in, &b) != 0)
            return -EFAULT;
    }
    if (b == 0x0f) {
        in->two_byte = true;
        if (next_byte(in, &b) != 0)
            return -EFAULT;
    }
    in->opcode = b;
    return 0;
}

int insn_imm(struct insn *in, unsigned nr, int64_t *out)
{
    uint64_t v = 0;
    uint8_t b = 0;

    for (unsigned i = 0; i < nr && i < 4; i++) {
        if (next_byte(in, &b) != 0)
            return -EFAULT;
        v |= (uint64_t)b << (8 * i);
    }
    /* Sign-extend from the last byte read. */
    *out = (int64_t)(v << (64 - 8 * nr)) >> (64 - 8 * nr);
    return 0;
}

/* v is the one that runs. */
static uint64_t segment_base(const struct insn *in, const struct vcpu *v)
{
    if (in->seg == 0x64 || in->seg == 0x65)
        segments_read_bases(current_vcpu());
    if (in->seg == 0x64)
        return v->fs_base;
    if (in->seg == 0x65)
        return v->kernel_mode ? v->gs_base_kernel : v->gs_base_user;
    return 0;
}

static int sib_address(struct insn *in, const struct guest_regs *regs, uint64_t *base)
{
    unsigned index, b;
    int64_t disp;
    uint8_t sib;

    if (next_byte(in, &sib) != 0)
        return -EFAULT;
    index = ((sib >> 3) & 7) | ((in->rex & 2U) << 2);
    b = sib & 7;
    if (b == 5 && (in->modrm >> 6) == 0) {
        if (insn_imm(in, 4, &disp) != 0)
            return -EFAULT;
        *base = (uint64_t)disp;
    } else {
        *base = insn_reg(regs, b | ((in->rex & 1U) << 3));
    }
    if (index != 4)
        *base += insn_reg(regs, index) << (sib >> 6);
    return 0;
}

int insn_modrm(struct insn *in, const struct vcpu *v, const struct guest_regs *regs, unsigned imm_bytes)
{
    unsigned mod, rm;
    uint64_t address;
    int64_t disp = 0;
    bool rip_relative = false;

    if (next_byte(in, &in->modrm) != 0)
        return -EFAULT;
    mod = in->modrm >> 6;
    rm = in->modrm & 7;
    if (mod == 3)
        return 0;
    in->has_mem = true;
    if (rm == 4) {
        if (sib_address(in, regs, &address) != 0)
            return -EFAULT;
    } else if (rm == 5 && mod == 0) {
        rip_relative = true;
        address = 0;
        if (insn_imm(in, 4, &disp) != 0)
            return -EFAULT;
    } else {
        address = insn_reg(regs, insn_modrm_rm(in));
    }
    if (mod == 1 || mod == 2) {
        if (insn_imm(in, mod == 1 ? 1 : 4, &disp) != 0)
            return -EFAULT;
    }
    address += (uint64_t)disp;
    if (rip_relative)
        address += regs->rip + in->at + imm_bytes;
    in->mem = address + segment_base(in, v);
    return 0;
}

void insn_done(const struct insn *in, struct guest_regs *regs)
{
    regs->rip += in->at;
    regs->rflags &= ~RFLAGS_RF;
    regs->vector = TRAP_GP; /* not a SYSCALL frame: leave by IRETQ */
}
