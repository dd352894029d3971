/* SPDX-License-Identifier: MIT */
#include "core/segments.h"
#include "modules/insn/guest_bytes.h"

uint64_t insn_reg(const struct guest_regs *regs, unsigned n)
{
    switch (n % 16) {
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
    switch (n % 16) {
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
/*@ requires none: in->nr_fetched == 0;
    assigns in->bytes[0 .. INSN_MAX - 1], in->nr_fetched;
    ensures whole: in->nr_fetched == 0 || in->nr_fetched == INSN_MAX || in->nr_fetched == PAGE_SIZE - rip % PAGE_SIZE;
    ensures fits: in->nr_fetched <= INSN_MAX;
*/
static void fetch_bytes(struct insn *in, uint64_t rip)
{
    uint64_t in_page = PAGE_SIZE - rip % PAGE_SIZE;

    if (guest_read_bytes(in->bytes, gva(rip), INSN_MAX) == 0)
        in->nr_fetched = INSN_MAX;
    else if (in_page < INSN_MAX && guest_read_bytes(in->bytes, gva(rip), in_page) == 0)
        in->nr_fetched = (unsigned)in_page;
}

unsigned insn_byte(struct insn *in)
{
    return in->at >= in->nr_fetched ? INSN_NO_BYTE : in->bytes[in->at++];
}

/* A legacy prefix: noted.  False: b is something else. */
/*@ requires next: insn_ok(in) && in->at >= 1 && b == in->bytes[in->at - 1];
    requires said: prefixed(in, in->at - 1);
    assigns in->opsize16, in->rep, in->repne, in->lock, in->seg;
    ensures \result <==> legacy(b);
    ensures noted: prefixed(in, \result ? in->at : in->at - 1);
*/
static bool prefix(struct insn *in, unsigned b)
{
    /*@ assert step: \forall integer k; among(in, in->at, k) <==> among(in, in->at - 1, k) || k == b; */
    switch (b) {
    case 0x66: in->opsize16 = true; return true;
    case 0xf0: in->lock = true; return true;
    case 0xf2: in->repne = true; return true;
    case 0xf3: in->rep = true; return true;
    case 0x26:
    case 0x2e:
    case 0x36:
    case 0x3e: return true;
    case 0x64: in->seg = 0x64; return true;
    case 0x65: in->seg = 0x65; return true;
    default: return false;
    }
}

/*@ assigns in->nr_fetched, in->at, in->rex, in->opsize16, in->rep, in->repne, in->lock, in->seg, in->opcode,
      in->two_byte, in->modrm, in->has_mem, in->mem;
    ensures start: in->nr_fetched == 0 && in->at == 0 && in->rex == 0 && !in->two_byte;
    ensures none: prefixed(in, 0);
    ensures no_operand: !in->has_mem && in->modrm == 0 && in->mem == 0;
*/
static void start(struct insn *in)
{
    in->nr_fetched = 0;
    in->at = 0;
    in->rex = 0;
    in->opsize16 = false;
    in->rep = false;
    in->repne = false;
    in->lock = false;
    in->seg = 0;
    in->opcode = 0;
    in->two_byte = false;
    in->modrm = 0;
    in->has_mem = false;
    in->mem = 0;
}

/* The first byte behind them, or INSN_NO_BYTE. */
/*@ requires insn_ok(in) && in->at == 0 && prefixed(in, 0);
    assigns in->at, in->opsize16, in->rep, in->repne, in->lock, in->seg;
    ensures ok: insn_ok(in);
    ensures none: \result == INSN_NO_BYTE ==> in->at == in->nr_fetched;
    ensures read: \result != INSN_NO_BYTE ==> in->at >= 1 && \result == in->bytes[in->at - 1];
    ensures done: \result != INSN_NO_BYTE ==> !legacy(\result) && prefixed(in, in->at - 1);
*/
static unsigned prefixes_read(struct insn *in)
{
    unsigned b;

    /*@ loop invariant ok: insn_ok(in);
        loop invariant said: prefixed(in, in->at);
        loop assigns b, in->at, in->opsize16, in->rep, in->repne, in->lock, in->seg;
        loop variant in->nr_fetched - in->at;
    */
    do {
        b = insn_byte(in);
    } while (b != INSN_NO_BYTE && prefix(in, b));
    return b;
}

/* b stands behind the prefixes.  The first byte that is not REX, or INSN_NO_BYTE. */
/*@ requires insn_ok(in) && in->at >= 1 && b == in->bytes[in->at - 1];
    assigns in->at, in->rex;
    ensures ok: insn_ok(in);
    ensures rex: in->rex == (b / 16 == 4 ? b : 0);
    ensures none: \result == INSN_NO_BYTE ==> in->at == in->nr_fetched;
    ensures at: \result != INSN_NO_BYTE ==> in->at == \old(in->at) + (in->rex != 0 ? 1 : 0);
    ensures read: \result != INSN_NO_BYTE ==> \result == in->bytes[in->at - 1];
*/
static unsigned rex_read(struct insn *in, unsigned b)
{
    in->rex = b / 16 == 4 ? b : 0;
    return in->rex != 0 ? insn_byte(in) : b;
}

/* b stands behind REX. */
/*@ requires insn_ok(in) && in->at >= 1 && b == in->bytes[in->at - 1];
    assigns in->at, in->two_byte, in->opcode;
    ensures ok: insn_ok(in);
    ensures answer: \result == 0 || \result == -EFAULT;
    ensures refused: \result != 0 ==> in->at == in->nr_fetched;
    ensures escape: in->two_byte <==> b == 0x0f;
    ensures at: \result == 0 ==> in->at == \old(in->at) + (in->two_byte ? 1 : 0);
    ensures read: \result == 0 ==> in->opcode == in->bytes[in->at - 1];
*/
static int opcode_read(struct insn *in, unsigned b)
{
    in->two_byte = b == 0x0f;
    if (in->two_byte)
        b = insn_byte(in);
    if (b == INSN_NO_BYTE)
        return -EFAULT;
    in->opcode = b;
    return 0;
}

/* b is the first byte behind the prefixes. */
/*@ requires insn_ok(in) && in->at >= 1 && b == in->bytes[in->at - 1] && !legacy(b);
    requires said: prefixed(in, in->at - 1);
    assigns in->at, in->rex, in->two_byte, in->opcode;
    ensures ok: insn_ok(in);
    ensures answer: \result == 0 || \result == -EFAULT;
    ensures refused: \result != 0 ==> in->at == in->nr_fetched;
    ensures place: \result == 0 ==> rex_at(in) == \old(in->at) - 1;
    ensures still: prefixed(in, \old(in->at) - 1);
    ensures encoded: \result == 0 ==> encoded(in);
*/
static int rest_read(struct insn *in, unsigned b)
{
    b = rex_read(in, b);
    return b == INSN_NO_BYTE ? -EFAULT : opcode_read(in, b);
}

int insn_fetch(struct insn *in, const struct guest_regs *regs)
{
    unsigned b;

    start(in);
    fetch_bytes(in, regs->rip);
    b = prefixes_read(in);
    return b == INSN_NO_BYTE ? -EFAULT : rest_read(in, b);
}

int insn_imm(struct insn *in, unsigned nr, int64_t *out)
{
    unsigned at = in->at;

    if (at + nr > in->nr_fetched)
        return -EFAULT;
    switch (nr) {
    case 1: *out = (int8_t)in->bytes[at]; break;
    case 2: *out = (int16_t)(in->bytes[at] + 0x100 * in->bytes[at + 1]); break;
    default:
        *out = (int32_t)(in->bytes[at] + 0x100U * in->bytes[at + 1] + 0x10000U * in->bytes[at + 2] +
                         0x1000000U * in->bytes[at + 3]);
        break;
    }
    in->at = at + nr;
    return 0;
}

/*@ requires apart: \separated(in, v);
    assigns v->fs_base, v->gs_base_kernel, v->gs_base_user;
    ensures \result == segment_of(in, v);
*/
static uint64_t segment_base(const struct insn *in, struct vcpu *v)
{
    if (in->seg != 0x64 && in->seg != 0x65)
        return 0;
    segments_read_bases(v);
    if (in->seg == 0x64)
        return v->fs_base;
    return v->kernel_mode ? v->gs_base_kernel : v->gs_base_user;
}

/*@ ensures \result <==> no_base(m, s); */
static bool has_no_base(unsigned m, unsigned s)
{
    return m / 64 == 0 && (m % 8 == 4 ? s : m) % 8 == 5;
}

/*@ requires in->modrm / 64 != 3;
    ensures \result == operand_base(regs, in->rex, in->modrm, sib, end_of(regs, in->at, imm_bytes));
*/
static uint64_t base_address(const struct insn *in, const struct guest_regs *regs, unsigned sib, unsigned imm_bytes)
{
    unsigned field = (in->modrm % 8 == 4 ? sib : in->modrm) % 8;

    if (!has_no_base(in->modrm, sib))
        return insn_reg(regs, field + in->rex % 2 * 8);
    return in->modrm % 8 == 4 ? 0 : regs->rip + in->at + imm_bytes;
}

/*@ requires in->modrm / 64 != 3 && sib <= 0xff;
    ensures \result == operand_index(regs, in->rex, in->modrm, sib);
*/
static uint64_t index_address(const struct insn *in, const struct guest_regs *regs, unsigned sib)
{
    unsigned n = sib / 8 % 8 + in->rex / 2 % 2 * 8;

    return in->modrm % 8 != 4 || n == 4 ? 0 : insn_reg(regs, n) << sib / 64;
}

/* The SIB byte, if modrm asks for one, or 0; or INSN_NO_BYTE. */
/*@ requires insn_ok(in);
    assigns in->at;
    ensures ok: insn_ok(in);
    ensures none: \result == INSN_NO_BYTE <==> \old(in->at) + sib_bytes(modrm) > in->nr_fetched;
    ensures at: \result != INSN_NO_BYTE ==> in->at == \old(in->at) + sib_bytes(modrm);
    ensures sib: \result != INSN_NO_BYTE ==> \result == sib_of(in, modrm, \old(in->at)) && \result <= 0xff;
*/
static unsigned sib_read(struct insn *in, unsigned modrm)
{
    return modrm / 64 != 3 && modrm % 8 == 4 ? insn_byte(in) : 0;
}

/*@ requires insn_ok(in);
    requires apart: \separated(in, disp);
    assigns in->at, *disp;
    ensures ok: insn_ok(in);
    ensures answer: \result == (\old(in->at) + disp_bytes(modrm, sib) <= in->nr_fetched ? 0 : -EFAULT);
    ensures at: \result == 0 ==> in->at == \old(in->at) + disp_bytes(modrm, sib);
    ensures disp: \result == 0 ==> *disp == operand_disp(in, modrm, sib, \old(in->at));
*/
static int disp_read(struct insn *in, unsigned modrm, unsigned sib, int64_t *disp)
{
    *disp = 0;
    if (modrm / 64 == 1)
        return insn_imm(in, 1, disp);
    return modrm / 64 == 2 || has_no_base(modrm, sib) ? insn_imm(in, 4, disp) : 0;
}

/* SIB byte and displacement, and with them the address, but for the segment's base. */
/*@ requires insn_ok(in) && in->modrm / 64 != 3;
    requires apart: \separated(in, regs) && \separated(in, address) && \separated(regs, address);
    assigns in->at, *address;
    ensures ok: insn_ok(in);
    ensures answer: \result == 0 || \result == -EFAULT;
    ensures taken: \result == 0 <==> \old(in->at + tail_bytes(in, in->modrm, in->at)) <= in->nr_fetched;
    ensures at: \result == 0 ==> in->at == \old(in->at + tail_bytes(in, in->modrm, in->at));
    ensures address: \result == 0 ==>
      *address == \old(operand_address(in, regs, in->rex, in->modrm, in->at, imm_bytes));
*/
static int operand_read(struct insn *in, const struct guest_regs *regs, unsigned imm_bytes, uint64_t *address)
{
    unsigned sib = sib_read(in, in->modrm);
    int64_t disp;

    if (sib == INSN_NO_BYTE || disp_read(in, in->modrm, sib, &disp) != 0)
        return -EFAULT;
    *address = base_address(in, regs, sib, imm_bytes) + index_address(in, regs, sib) + (uint64_t)disp;
    return 0;
}

int insn_modrm(struct insn *in, struct vcpu *v, const struct guest_regs *regs, unsigned imm_bytes)
{
    unsigned modrm = insn_byte(in);
    uint64_t address, base;

    if (modrm == INSN_NO_BYTE)
        return -EFAULT;
    in->modrm = modrm;
    in->has_mem = modrm / 64 != 3;
    if (!in->has_mem)
        return 0;
    if (operand_read(in, regs, imm_bytes, &address) != 0)
        return -EFAULT;
    base = segment_base(in, v);
    in->mem = address + base;
    /*@ assert kept: segment_of(in, v) == base; */
    return 0;
}

void insn_done(const struct insn *in, struct guest_regs *regs)
{
    regs->rip += in->at;
    regs->rflags &= ~RFLAGS_RF;
    regs->vector = TRAP_GP; /* not a SYSCALL frame: leave by IRETQ */
}
