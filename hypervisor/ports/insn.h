/* SPDX-License-Identifier: MIT */
/*
 * Port insn: taking apart the instruction at a guest's RIP
 * (AMD APM vol. 3, chapter 1: instruction encoding; 64-bit mode only).
 */
#ifndef PORTS_INSN_H
#define PORTS_INSN_H

#include "core/domain.h"

#define INSN_MAX 15

struct insn {
    uint8_t bytes[INSN_MAX + 1];
    uint8_t nr_fetched;
    uint8_t at; /* next byte to read */
    uint8_t rex;
    bool opsize16, rep, repne, lock;
    uint8_t seg;    /* 0, or the prefix: 0x64 fs, 0x65 gs, ... */
    uint8_t opcode; /* last opcode byte */
    bool two_byte;  /* after 0x0f */
    uint8_t modrm;
    bool has_mem;
    uint64_t mem; /* effective address when has_mem */
};

/* Fetch and take apart prefixes and opcode at rip: 0, or -EFAULT. */
SC_NODISCARD int insn_fetch(struct insn *in, const struct guest_regs *regs);
/* Read modrm and, if it means memory, its address.  imm_bytes: immediate bytes that
 * follow (RIP-relative addresses count from the end).  0 or -EFAULT. */
SC_NODISCARD int insn_modrm(struct insn *in, const struct vcpu *v, const struct guest_regs *regs, unsigned imm_bytes);
/* Next nr (1, 2, 4) immediate bytes, sign-extended; -EFAULT. */
SC_NODISCARD int insn_imm(struct insn *in, unsigned nr, int64_t *out);
/* General register n (0-15, REX applied by the caller). */
uint64_t insn_reg(const struct guest_regs *regs, unsigned n);
void insn_set_reg(struct guest_regs *regs, unsigned n, uint64_t value);
SC_INLINE unsigned insn_modrm_reg(const struct insn *in)
{
    return ((in->modrm >> 3) & 7) | ((in->rex & 4U) << 1);
}
SC_INLINE unsigned insn_modrm_rm(const struct insn *in)
{
    return (in->modrm & 7) | ((in->rex & 1U) << 3);
}
/* Operand size in bytes of a non-byte instruction. */
SC_INLINE unsigned insn_size(const struct insn *in)
{
    return (in->rex & 8) ? 8 : in->opsize16 ? 2 : 4;
}
/* Move rip past the instruction. */
void insn_done(const struct insn *in, struct guest_regs *regs);

#endif
