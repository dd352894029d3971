/* SPDX-License-Identifier: MIT */
/*
 * Port insn: taking apart the instruction at a guest's RIP
 * (AMD APM vol. 3, chapter 1: instruction encoding; 64-bit mode only).
 */
#ifndef PORTS_INSN_H
#define PORTS_INSN_H

#include "core/domain.h"

#define INSN_MAX 15
#define INSN_NO_BYTE 0x100U

/* Numbers are of other types than bytes: then who proves need not ask whether to write one changes a byte. */
struct insn {
    uint8_t bytes[INSN_MAX + 1];
    unsigned nr_fetched;
    unsigned at;  /* next byte to read */
    unsigned rex; /* 0, or the prefix */
    bool opsize16, rep, repne, lock;
    int seg;         /* 0, or the prefix: 0x64 fs, 0x65 gs */
    unsigned opcode; /* last opcode byte */
    bool two_byte;   /* after 0x0f */
    unsigned modrm;
    bool has_mem;
    uint64_t mem; /* effective address when has_mem */
};

/*@ predicate insn_ok(struct insn *in) = in->at <= in->nr_fetched <= INSN_MAX; */

/* Prefixes: bytes[0 .. n - 1] are legacy ones, and this is what they say. */
/*@ predicate selects(integer b) = 0x64 <= b <= 0x65;
    predicate legacy(integer b) =
      b == 0x66 || b == 0xf0 || 0xf2 <= b <= 0xf3 || b == 0x26 || b == 0x2e || b == 0x36 || b == 0x3e || selects(b);
    predicate among(struct insn *in, integer n, integer b) = \exists integer i; 0 <= i < n && in->bytes[i] == b;
    predicate selected(struct insn *in, integer n, integer seg) =
      seg == 0 ? \forall integer i; 0 <= i < n ==> !selects(in->bytes[i]) :
      selects(seg) && \exists integer i; 0 <= i < n && in->bytes[i] == seg &&
      \forall integer j; i < j < n ==> !selects(in->bytes[j]);
    predicate all_legacy(struct insn *in, integer n) = \forall integer i; 0 <= i < n ==> legacy(in->bytes[i]);
    predicate prefixed(struct insn *in, integer n) = all_legacy(in, n) && selected(in, n, in->seg) &&
      (in->opsize16 <==> among(in, n, 0x66)) && (in->lock <==> among(in, n, 0xf0)) &&
      (in->repne <==> among(in, n, 0xf2)) && (in->rep <==> among(in, n, 0xf3));
*/
/* Then REX, if one stands there, 0x0f, if it stands there, and the opcode, up to `at`. */
/*@ logic integer opcode_at(struct insn *in) = in->at - 1;
    logic integer escape_at(struct insn *in) = opcode_at(in) - (in->two_byte ? 1 : 0);
    logic integer rex_at(struct insn *in) = escape_at(in) - (in->rex != 0 ? 1 : 0);
    predicate encoded(struct insn *in) = 0 <= rex_at(in) && !legacy(in->bytes[rex_at(in)]) &&
      in->rex == (in->bytes[rex_at(in)] / 16 == 4 ? in->bytes[rex_at(in)] : 0) &&
      (in->two_byte <==> in->bytes[escape_at(in)] == 0x0f) && in->opcode == in->bytes[opcode_at(in)];
*/

/* Fetch and take apart prefixes and opcode at rip: 0, or -EFAULT. */
/*@ requires apart: \separated(in, regs);
    assigns *in;
    ensures ok: insn_ok(in);
    ensures answer: \result == 0 || \result == -EFAULT;
    ensures prefixed: \result == 0 ==> prefixed(in, rex_at(in));
    ensures encoded: \result == 0 ==> encoded(in);
    ensures whole: \result == 0 ==> in->nr_fetched == INSN_MAX || in->nr_fetched == PAGE_SIZE - regs->rip % PAGE_SIZE;
    ensures refused: \result != 0 ==> in->at == in->nr_fetched;
    ensures no_operand: !in->has_mem && in->modrm == 0 && in->mem == 0;
*/
SC_NODISCARD int insn_fetch(struct insn *in, const struct guest_regs *regs);

/* The next byte, or INSN_NO_BYTE. */
/*@ requires insn_ok(in);
    assigns in->at;
    ensures ok: insn_ok(in);
    ensures none: \result == INSN_NO_BYTE <==> \old(in->at) == in->nr_fetched;
    ensures still: \result == INSN_NO_BYTE ==> in->at == \old(in->at);
    ensures at: \result != INSN_NO_BYTE ==> in->at == \old(in->at) + 1;
    ensures byte: \result != INSN_NO_BYTE ==> \result == in->bytes[\old(in->at)] && \result <= 0xff;
*/
unsigned insn_byte(struct insn *in);
/* Next nr (1, 2, 4) immediate bytes, sign-extended; -EFAULT. */
/*@ logic integer immediate(struct insn *in, integer at, integer nr) =
      nr == 1 ? (int8_t)in->bytes[at] : nr == 2 ? (int16_t)(in->bytes[at] + 0x100 * in->bytes[at + 1]) :
      (int32_t)(in->bytes[at] + 0x100 * in->bytes[at + 1] +
                0x10000 * in->bytes[at + 2] + 0x1000000 * in->bytes[at + 3]);
*/
/*@ requires insn_ok(in) && (nr == 1 || nr == 2 || nr == 4);
    requires apart: \separated(in, out);
    assigns in->at, *out;
    ensures ok: insn_ok(in);
    ensures answer: \result == (\old(in->at) + nr <= in->nr_fetched ? 0 : -EFAULT);
    ensures at: in->at == \old(in->at) + (\result == 0 ? nr : 0);
    ensures out: \result == 0 ==> *out == immediate(in, \old(in->at), nr);
*/
SC_NODISCARD int insn_imm(struct insn *in, unsigned nr, int64_t *out);

/* General register n (0-15, REX applied by the caller). */
/*@ logic integer reg_of(struct guest_regs *r, integer n) = n == 0 ? r->rax : n == 1 ? r->rcx : n == 2 ? r->rdx :
      n == 3 ? r->rbx : n == 4 ? r->rsp : n == 5 ? r->rbp : n == 6 ? r->rsi : n == 7 ? r->rdi : n == 8 ? r->r8 :
      n == 9 ? r->r9 : n == 10 ? r->r10 : n == 11 ? r->r11 : n == 12 ? r->r12 : n == 13 ? r->r13 :
      n == 14 ? r->r14 : r->r15;
*/
/*@ ensures \result == reg_of(regs, n % 16); */
uint64_t insn_reg(const struct guest_regs *regs, unsigned n);
/*@ assigns regs->rax, regs->rcx, regs->rdx, regs->rbx, regs->rsp, regs->rbp, regs->rsi, regs->rdi, regs->r8, regs->r9,
      regs->r10, regs->r11, regs->r12, regs->r13, regs->r14, regs->r15;
    ensures set: reg_of(regs, n % 16) == value;
    ensures others: \forall integer m; 0 <= m < 16 && m != n % 16 ==> reg_of(regs, m) == \old(reg_of(regs, m));
*/
void insn_set_reg(struct guest_regs *regs, unsigned n, uint64_t value);

/* An operand in memory, of the modrm byte m and, if m asks for one, the SIB byte s behind it, at `at`. */
/*@ logic integer sib_bytes(integer m) = m / 64 != 3 && m % 8 == 4 ? 1 : 0;
    logic integer sib_of(struct insn *in, integer m, integer at) = sib_bytes(m) == 1 ? in->bytes[at] : 0;
    logic integer base_field(integer m, integer s) = (sib_bytes(m) == 1 ? s : m) % 8;
    predicate no_base(integer m, integer s) = m / 64 == 0 && base_field(m, s) == 5;
    logic integer disp_bytes(integer m, integer s) =
      m / 64 == 1 ? 1 : m / 64 == 2 || (m / 64 == 0 && base_field(m, s) == 5) ? 4 : 0;
    logic integer tail_bytes(struct insn *in, integer m, integer at) = sib_bytes(m) + disp_bytes(m, sib_of(in, m, at));
    logic integer operand_base(struct guest_regs *regs, integer rex, integer m, integer s, integer end) =
      m / 64 != 0 || base_field(m, s) != 5 ? reg_of(regs, base_field(m, s) + rex % 2 * 8) :
      sib_bytes(m) == 1 ? 0 : end;
    logic integer index_reg(integer rex, integer s) = s / 8 % 8 + rex / 2 % 2 * 8;
    logic integer operand_index(struct guest_regs *regs, integer rex, integer m, integer s) =
      sib_bytes(m) == 0 || index_reg(rex, s) == 4 ? 0 : (uint64_t)(reg_of(regs, index_reg(rex, s)) << s / 64);
    logic integer operand_disp(struct insn *in, integer m, integer s, integer at) =
      disp_bytes(m, s) == 0 ? 0 : immediate(in, at, disp_bytes(m, s));
    logic integer plus(integer a, integer b) = (uint64_t)(a + b);
    logic integer address_of(struct guest_regs *regs, integer rex, integer m, integer s, integer disp, integer end) =
      plus(plus(operand_base(regs, rex, m, s, end), operand_index(regs, rex, m, s)), (uint64_t)disp);
    logic integer end_of(struct guest_regs *regs, integer at, integer imm_bytes) = plus(plus(regs->rip, at), imm_bytes);
    logic integer operand_address(struct insn *in, struct guest_regs *regs, integer rex, integer m,
                                  integer at, integer nr) =
      address_of(regs, rex, m, sib_of(in, m, at), operand_disp(in, m, sib_of(in, m, at), at + sib_bytes(m)),
      end_of(regs, at + tail_bytes(in, m, at), nr));
    logic integer segment_of(struct insn *in, struct vcpu *v) = in->seg == 0x64 ? v->fs_base :
      in->seg != 0x65 ? 0 : v->kernel_mode ? v->gs_base_kernel : v->gs_base_user;
*/
/* Read modrm and, if it means memory, its address; v runs.  imm_bytes: immediate bytes that
 * follow (RIP-relative addresses count from the end).  0 or -EFAULT. */
/*@ requires insn_ok(in);
    requires apart: \separated(in, v) && \separated(in, regs) && \separated(v, regs);
    assigns in->at, in->modrm, in->has_mem, in->mem, v->fs_base, v->gs_base_kernel, v->gs_base_user;
    ensures ok: insn_ok(in);
    ensures answer: \result == 0 || \result == -EFAULT;
    ensures taken: \result == 0 <==>
      \old(in->at + 1 + tail_bytes(in, in->bytes[in->at], in->at + 1)) <= in->nr_fetched;
    ensures at: \result == 0 ==> in->at == \old(in->at + 1 + tail_bytes(in, in->bytes[in->at], in->at + 1));
    ensures modrm: \result == 0 ==> in->modrm == in->bytes[\old(in->at)] && (in->has_mem <==> in->modrm / 64 != 3);
    ensures mem: \result == 0 && in->has_mem ==> in->mem == plus(segment_of(in, v),
      \old(operand_address(in, regs, in->rex, in->bytes[in->at], in->at + 1, imm_bytes)));
*/
SC_NODISCARD int insn_modrm(struct insn *in, struct vcpu *v, const struct guest_regs *regs, unsigned imm_bytes);

/*@ ensures \result == in->modrm / 8 % 8 + in->rex / 4 % 2 * 8; */
SC_INLINE unsigned insn_modrm_reg(const struct insn *in)
{
    return in->modrm / 8 % 8 + in->rex / 4 % 2 * 8;
}
/*@ ensures \result == in->modrm % 8 + in->rex % 2 * 8; */
SC_INLINE unsigned insn_modrm_rm(const struct insn *in)
{
    return in->modrm % 8 + in->rex % 2 * 8;
}
/* Operand size in bytes of a non-byte instruction. */
/*@ ensures \result == (in->rex / 8 % 2 == 1 ? 8 : in->opsize16 ? 2 : 4); */
SC_INLINE unsigned insn_size(const struct insn *in)
{
    return in->rex / 8 % 2 == 1 ? 8 : in->opsize16 ? 2 : 4;
}
/* Move rip past the instruction. */
/*@ requires apart: \separated(in, regs);
    assigns regs->rip, regs->rflags, regs->vector;
    ensures rip: regs->rip == (uint64_t)(\old(regs->rip) + in->at);
    ensures flags: regs->rflags == (\old(regs->rflags) & ~RFLAGS_RF);
    ensures not_syscall: regs->vector == TRAP_GP;
*/
void insn_done(const struct insn *in, struct guest_regs *regs);

#endif
