/* SPDX-License-Identifier: MIT */
/* IN, OUT, INS, OUTS (AMD APM vol. 3). */
#include "core/priv.h"
#include "core/guest.h"
#include "core/log.h"
#include "modules/privemul/privemul.h"
#include "ports/physdev.h"

/* What a guest wants of the ports from `port`. */
struct access {
    uint16_t port;
    uint8_t size;
    bool allowed;
};

/*@ predicate io_opcode(integer o) = 0xe4 <= o <= 0xe7 || 0xec <= o <= 0xef || 0x6c <= o <= 0x6f; */
/*@ predicate reads_port(integer o) = o % 4 < 2; */
/*@ predicate string_opcode(integer o) = 0x6c <= o <= 0x6f; */
/*@ logic integer ones(integer size) = size == 1 ? 0xff : size == 2 ? 0xffff : 0xffffffff; */
/*@ predicate iopl_allows(struct vcpu *v) = v->iopl >= (v->kernel_mode ? 1 : 3); */
/*@ predicate has_device(struct vcpu *v, integer port, integer size) =
      v->domain->privileged && !port_is_ours(port, size);
*/
/* What IN makes of rax: 4 bytes clear the rest, fewer keep it. */
/*@ logic integer put(integer rax, integer value, integer size) =
      size == 4 ? value : rax - rax % (ones(size) + 1) + value;
*/
/*@ logic integer next(struct guest_regs *regs, integer at, integer size) =
      (uint64_t)((regs->rflags & RFLAGS_DF) != 0 ? at - size : at + size);
*/
/*@ logic integer size_asked(struct insn *in) = in->opcode % 2 == 0 ? 1 : in->opsize16 ? 2 : 4; */
/*@ logic integer port_asked(struct guest_regs *regs, struct insn *in) =
      0xe4 <= in->opcode <= 0xe7 ? in->bytes[in->at] : (uint16_t)regs->rdx;
*/
/*@ predicate size_ok(integer size) = size == 1 || size == 2 || size == 4; */

/*@ ensures \result <==> io_opcode(opcode); */
bool port_io_opcode(uint8_t opcode)
{
    return (opcode >= 0xe4 && opcode <= 0xe7) || (opcode >= 0xec && opcode <= 0xef) ||
           (opcode >= 0x6c && opcode <= 0x6f);
}

/*@ requires size_ok(size);
    ensures same: \result.port == port && \result.size == size;
    ensures kernel: iopl_allows(v) ==> \result.allowed;
*/
static struct access access_ask(const struct vcpu *v, uint16_t port, unsigned size)
{
    /* iopl 1 and up is for the guest's kernel, 3 for its users too. */
    return (struct access){ port, (uint8_t)size,
                            v->iopl >= (v->kernel_mode ? 1 : 3) || physdev_port_allowed(v, port, size) };
}

/* Others read ones, and what they write is dropped. */
/*@ requires \valid_read(v) && \valid_read(v->domain) && size_ok(a.size);
    ensures \result <==> has_device(v, a.port, a.size);
*/
static bool reaches_device(const struct vcpu *v, struct access a)
{
    return v->domain->privileged && !priv_port_is_ours(a.port, a.size);
}

/*@ requires \valid_read(v) && \valid_read(v->domain) && size_ok(a.size);
    requires a.allowed;
    ensures nothing: !has_device(v, a.port, a.size) ==> \result == ones(a.size);
    ensures limited: \result <= ones(a.size);
*/
static uint32_t port_read(const struct vcpu *v, struct access a)
{
    uint32_t value;

    if (!reaches_device(v, a))
        return a.size == 1 ? 0xff : a.size == 2 ? 0xffff : 0xffffffff;
    switch (a.size) {
    case 1: value = priv_inb(a.port); break;
    case 2: value = priv_inw(a.port); break;
    default: value = priv_inl(a.port); break;
    }
    return value;
}

/*@ requires \valid_read(v) && \valid_read(v->domain) && size_ok(a.size);
    requires a.allowed;
*/
static void port_write(const struct vcpu *v, struct access a, uint32_t value)
{
    if (!reaches_device(v, a))
        return;
    switch (a.size) {
    case 1: priv_outb((uint8_t)value, a.port); break;
    case 2: priv_outw((uint16_t)value, a.port); break;
    default: priv_outl(value, a.port); break;
    }
}

/*@ requires size_ok(size) && value <= ones(size);
    assigns regs->rax;
    ensures regs->rax == put(\old(regs->rax), value, size);
*/
static void in_result(struct guest_regs *regs, uint32_t value, unsigned size)
{
    switch (size) {
    case 1: regs->rax = regs->rax - regs->rax % 0x100 + value; break;
    case 2: regs->rax = regs->rax - regs->rax % 0x10000 + value; break;
    default: regs->rax = value; break;
    }
}

/*@ requires size_ok(size);
    ensures \result == next(regs, at, size);
*/
static uint64_t next_place(const struct guest_regs *regs, uint64_t at, unsigned size)
{
    return (regs->rflags & RFLAGS_DF) != 0 ? at - size : at + size;
}

/* INS and OUTS, one turn; with REP the instruction is run again until rcx is 0. */
/*@ requires \valid_read(v) && \valid_read(v->domain) && size_ok(a.size) && string_opcode(in->opcode);
    requires a.allowed;
    requires apart: \separated(regs, in);
    assigns regs->rcx, regs->rsi, regs->rdi, in->at;
    ensures refused: !\result ==> regs->rcx == \old(regs->rcx) && regs->rsi == \old(regs->rsi) &&
      regs->rdi == \old(regs->rdi);
    ensures at_end: in->rep && \old(regs->rcx) == 0 ==> \result && regs->rcx == 0 &&
      regs->rsi == \old(regs->rsi) && regs->rdi == \old(regs->rdi);
    ensures turn: \result && in->rep && \old(regs->rcx) != 0 ==> regs->rcx == \old(regs->rcx) - 1;
    ensures once: !in->rep ==> regs->rcx == \old(regs->rcx);
    ensures again: \result ==> in->at == (in->rep && regs->rcx != 0 ? 0 : \old(in->at));
    ensures in: \result && !(in->rep && \old(regs->rcx) == 0) && reads_port(in->opcode) ==>
      regs->rdi == next(regs, \old(regs->rdi), a.size) && regs->rsi == \old(regs->rsi);
    ensures out: \result && !(in->rep && \old(regs->rcx) == 0) && !reads_port(in->opcode) ==>
      regs->rsi == next(regs, \old(regs->rsi), a.size) && regs->rdi == \old(regs->rdi);
*/
static bool string_io(struct vcpu *v, struct guest_regs *regs, struct insn *in, struct access a)
{
    uint32_t value;

    if (in->rep && regs->rcx == 0)
        return true;
    if (in->opcode < 0x6e) {
        if (guest_write_number(gva(regs->rdi), port_read(v, a), a.size) != 0)
            return false;
        regs->rdi = next_place(regs, regs->rdi, a.size);
    } else {
        if (guest_read_number(&value, gva(regs->rsi), a.size) != 0)
            return false;
        port_write(v, a, value);
        regs->rsi = next_place(regs, regs->rsi, a.size);
    }
    if (in->rep) {
        regs->rcx--;
        if (regs->rcx != 0)
            in->at = 0; /* stay at the instruction */
    }
    return true;
}

/* IN and OUT. */
/*@ requires \valid_read(v) && \valid_read(v->domain) && size_ok(a.size);
    requires a.allowed;
    assigns regs->rax;
    ensures in: reads_port(opcode) ==>
      put(\old(regs->rax), 0, a.size) <= regs->rax <= put(\old(regs->rax), ones(a.size), a.size);
    ensures no_device: reads_port(opcode) && !\old(has_device(v, a.port, a.size)) ==>
      regs->rax == put(\old(regs->rax), ones(a.size), a.size);
    ensures out: !reads_port(opcode) ==> regs->rax == \old(regs->rax);
*/
static void plain_io(struct vcpu *v, struct guest_regs *regs, uint8_t opcode, struct access a)
{
    if (opcode % 4 < 2)
        in_result(regs, port_read(v, a), a.size);
    else
        port_write(v, a, (uint32_t)regs->rax);
}

/* Which port: in the instruction, or in dx. */
/*@ requires insn_ok(in);
    requires apart: \separated(in, regs) && \separated(port, in) && \separated(port, regs);
    assigns in->at, *port;
    ensures \result ==> *port == \old(port_asked(regs, in));
    ensures at: \result ==> in->at == \old(in->at) + (0xe4 <= in->opcode <= 0xe7 ? 1 : 0);
*/
static bool port_find(const struct guest_regs *regs, struct insn *in, uint16_t *port)
{
    unsigned b;

    *port = (uint16_t)regs->rdx;
    if (in->opcode < 0xe4 || in->opcode > 0xe7)
        return true;
    b = insn_byte(in);
    *port = (uint16_t)b;
    return b != INSN_NO_BYTE;
}

/*@ ensures \result == size_asked(in);
    ensures size_ok(\result);
*/
static unsigned size_of_io(const struct insn *in)
{
    return in->opcode % 2 == 0 ? 1 : in->opsize16 ? 2 : 4;
}

/*@ requires \valid_read(v) && \valid_read(v->domain) && io_opcode(in->opcode) && insn_ok(in);
    requires apart: \separated(regs, in) && \separated(regs, v) && \separated(regs, v->domain) &&
      \separated(in, v) && \separated(in, v->domain);
    assigns regs->rax, regs->rcx, regs->rsi, regs->rdi, in->at;
    ensures refused: !\result ==> regs->rax == \old(regs->rax) && regs->rcx == \old(regs->rcx) &&
      regs->rsi == \old(regs->rsi) && regs->rdi == \old(regs->rdi);
    ensures in: \result && reads_port(in->opcode) && !string_opcode(in->opcode) ==>
      put(\old(regs->rax), 0, size_asked(in)) <= regs->rax <=
      put(\old(regs->rax), ones(size_asked(in)), size_asked(in));
    ensures no_device: \result && reads_port(in->opcode) && !string_opcode(in->opcode) &&
      !has_device(v, \old(port_asked(regs, in)), size_asked(in)) ==>
      regs->rax == put(\old(regs->rax), ones(size_asked(in)), size_asked(in));
    ensures out: !reads_port(in->opcode) || string_opcode(in->opcode) ==> regs->rax == \old(regs->rax);
    ensures not_string: !string_opcode(in->opcode) ==> regs->rcx == \old(regs->rcx) &&
      regs->rsi == \old(regs->rsi) && regs->rdi == \old(regs->rdi);
    ensures at: \result && !string_opcode(in->opcode) ==>
      in->at == \old(in->at) + (0xe4 <= in->opcode <= 0xe7 ? 1 : 0);
    ensures turn: \result && string_opcode(in->opcode) && in->rep && \old(regs->rcx) != 0 ==>
      regs->rcx == \old(regs->rcx) - 1;
    ensures again: \result && string_opcode(in->opcode) ==>
      in->at == (in->rep && regs->rcx != 0 ? 0 : \old(in->at));
*/
bool port_io(struct vcpu *v, struct guest_regs *regs, struct insn *in)
{
    uint16_t port;
    struct access a;

    if (!port_find(regs, in, &port))
        return false;
    a = access_ask(v, port, size_of_io(in));
    if (!a.allowed)
        return false;
    if (in->opcode <= 0x6f)
        return string_io(v, regs, in, a);
    plain_io(v, regs, in->opcode, a);
    return true;
}
