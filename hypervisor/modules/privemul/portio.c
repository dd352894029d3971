/* SPDX-License-Identifier: MIT */
/* IN, OUT, INS, OUTS (AMD APM vol. 3). */
#include "core/priv.h"
#include "core/guest.h"
#include "core/log.h"
#include "modules/privemul/privemul.h"
#include "ports/physdev.h"

bool port_io_opcode(uint8_t opcode)
{
    return (opcode >= 0xe4 && opcode <= 0xe7) || (opcode >= 0xec && opcode <= 0xef) ||
           (opcode >= 0x6c && opcode <= 0x6f);
}

static bool port_allowed(const struct vcpu *v, uint16_t port, unsigned size)
{
    /* iopl 1 and up is for the guest's kernel, 3 for its users too. */
    return v->iopl >= (v->kernel_mode ? 1 : 3) || physdev_port_allowed(v, port, size);
}

static uint32_t port_read(const struct vcpu *v, uint16_t port, unsigned size)
{
    if (!v->domain->privileged || priv_port_is_ours(port, size))
        return size == 1 ? 0xff : size == 2 ? 0xffff : 0xffffffff;
    switch (size) {
    case 1: return priv_inb(port);
    case 2: return priv_inw(port);
    default: return priv_inl(port);
    }
}

static void port_write(const struct vcpu *v, uint16_t port, unsigned size, uint32_t value)
{
    if (!v->domain->privileged || priv_port_is_ours(port, size))
        return;
    switch (size) {
    case 1: priv_outb((uint8_t)value, port); break;
    case 2: priv_outw((uint16_t)value, port); break;
    default: priv_outl(value, port); break;
    }
}

static void in_result(struct guest_regs *regs, uint32_t value, unsigned size)
{
    uint64_t mask = size == 1 ? 0xff : size == 2 ? 0xffff : UINT64_MAX;

    regs->rax = (regs->rax & ~mask) | value;
}

/* INS and OUTS, one turn; with REP the instruction is run again until rcx is 0. */
static bool string_io(struct vcpu *v, struct guest_regs *regs, const struct insn *in, uint16_t port, unsigned size,
                      bool *again)
{
    int64_t step = (regs->rflags & RFLAGS_DF) != 0 ? -(int64_t)size : (int64_t)size;
    uint32_t value = 0;

    *again = false;
    if (in->rep && regs->rcx == 0)
        return true;
    if (in->opcode < 0x6e) {
        value = port_read(v, port, size);
        if (guest_write(gva(regs->rdi), &value, size) != 0)
            return false;
        regs->rdi += (uint64_t)step;
    } else {
        if (guest_read(&value, gva(regs->rsi), size) != 0)
            return false;
        port_write(v, port, size, value);
        regs->rsi += (uint64_t)step;
    }
    if (in->rep) {
        regs->rcx--;
        *again = regs->rcx != 0;
    }
    return true;
}

bool port_io(struct vcpu *v, struct guest_regs *regs, struct insn *in)
{
    unsigned size = (in->opcode & 1) == 0 ? 1 : in->opsize16 ? 2 : 4;
    uint16_t port = (uint16_t)regs->rdx;
    bool again;
    int64_t imm;

    if (in->opcode >= 0x6c && in->opcode <= 0x6f) {
        if (!port_allowed(v, port, size) || !string_io(v, regs, in, port, size, &again))
            return false;
        if (again)
            in->at = 0; /* stay at the instruction */
        return true;
    }
    if (in->opcode < 0xec) {
        if (insn_imm(in, 1, &imm) != 0)
            return false;
        port = (uint8_t)imm;
    }
    if (!port_allowed(v, port, size))
        return false;
    if ((in->opcode & 2) == 0)
        in_result(regs, port_read(v, port, size), size);
    else
        port_write(v, port, size, (uint32_t)regs->rax);
    return true;
}
