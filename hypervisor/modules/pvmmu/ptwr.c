/* SPDX-License-Identifier: MIT */
/*
 * Writable page tables: a guest's kernel writes to an L1 that it maps
 * read-only; the write is done for it, checked.
 */
#include "core/log.h"
#include "modules/pvmmu/pvmmu.h"
#include "ports/insn.h"
#include "ports/pvmmu.h"

enum write_op { W_MOV, W_XCHG, W_CMPXCHG, W_AND, W_OR, W_XOR, W_ADD, W_SUB, W_XADD, W_BTS, W_BTR, W_BTC };

struct write {
    uint8_t op;
    uint8_t reg; /* register operand, or 0xff when an immediate */
    int64_t imm;
    unsigned size;
};

static const uint8_t alu_ops[8] = { W_ADD, W_OR, 0xff, 0xff, W_AND, W_SUB, W_XOR, 0xff };

static int alu_op(uint8_t n, uint8_t *op)
{
    *op = alu_ops[n & 7];
    return *op == 0xff ? -EINVAL : 0;
}

/* One-byte opcodes that store to memory. */
static int decode_one_byte(struct insn *in, struct write *w, struct vcpu *v, const struct guest_regs *regs)
{
    unsigned imm = 0;
    int rc;

    /* An even opcode is the byte form of the odd one behind it. */
    w->size = (in->opcode & 1) == 0 ? 1 : insn_size(in);
    switch (in->opcode | 1) {
    case 0x89: w->op = W_MOV; break;
    case 0x87: w->op = W_XCHG; break;
    case 0xc7:
        w->op = W_MOV;
        imm = w->size < 4 ? w->size : 4;
        break;
    case 0x81: imm = w->size < 4 ? w->size : 4; break;
    case 0x83: imm = 1; break;
    case 0x01:
    case 0x09:
    case 0x21:
    case 0x29:
    case 0x31:
        rc = alu_op(in->opcode >> 3, &w->op);
        if (rc != 0)
            return rc;
        break;
    default: return -EINVAL;
    }
    rc = insn_modrm(in, v, regs, imm);
    if (rc != 0)
        return rc;
    if (in->opcode >= 0x80 && in->opcode <= 0x83) {
        rc = alu_op((in->modrm >> 3) & 7, &w->op);
        if (rc != 0)
            return rc;
    }
    w->reg = imm != 0 ? 0xff : (uint8_t)insn_modrm_reg(in);
    if (w->size == 1 && imm == 0 && in->rex == 0 && w->reg >= 4)
        return -EINVAL; /* ah, ch, dh, bh: no compiler writes page tables with these */
    return imm != 0 ? insn_imm(in, imm, &w->imm) : 0;
}

static int decode_two_byte(struct insn *in, struct write *w, struct vcpu *v, const struct guest_regs *regs)
{
    static const uint8_t bit_ops[4] = { 0xff, W_BTS, W_BTR, W_BTC };
    bool group8 = in->opcode == 0xba;
    int rc;

    w->size = in->opcode == 0xb0 || in->opcode == 0xc0 ? 1 : insn_size(in);
    rc = insn_modrm(in, v, regs, group8 ? 1 : 0);
    if (rc != 0)
        return rc;
    w->reg = (uint8_t)insn_modrm_reg(in);
    switch (in->opcode) {
    case 0xb0:
    case 0xb1: w->op = W_CMPXCHG; break;
    case 0xc0:
    case 0xc1: w->op = W_XADD; break;
    case 0xab: w->op = W_BTS; break;
    case 0xb3: w->op = W_BTR; break;
    case 0xbb: w->op = W_BTC; break;
    case 0xba:
        if (((in->modrm >> 3) & 7) < 5)
            return -EINVAL;
        w->op = bit_ops[(in->modrm >> 3) & 3];
        w->reg = 0xff;
        return insn_imm(in, 1, &w->imm);
    default: return -EINVAL;
    }
    return w->size == 1 && in->rex == 0 && w->reg >= 4 ? -EINVAL : 0;
}

#define RFLAGS_ZF 0x40UL
#define RFLAGS_SF 0x80UL
#define RFLAGS_PF 0x4UL
#define RFLAGS_AF 0x10UL
#define RFLAGS_OF 0x800UL
#define RFLAGS_STATUS (RFLAGS_CF | RFLAGS_PF | RFLAGS_AF | RFLAGS_ZF | RFLAGS_SF | RFLAGS_OF)

static uint64_t size_mask(unsigned size)
{
    return size == 8 ? UINT64_MAX : (1UL << (8 * size)) - 1;
}

static uint64_t flags_logic(uint64_t result, unsigned size)
{
    uint64_t f = 0;

    result &= size_mask(size);
    if (result == 0)
        f |= RFLAGS_ZF;
    if ((result >> (8 * size - 1)) != 0)
        f |= RFLAGS_SF;
    if ((__builtin_popcountl(result & 0xff) & 1) == 0)
        f |= RFLAGS_PF;
    return f;
}

static uint64_t flags_sub(uint64_t a, uint64_t b, unsigned size)
{
    uint64_t r = (a - b) & size_mask(size), f = flags_logic(r, size);

    if ((a & size_mask(size)) < (b & size_mask(size)))
        f |= RFLAGS_CF;
    if (((a ^ b ^ r) & 0x10) != 0)
        f |= RFLAGS_AF;
    if ((((a ^ b) & (a ^ r)) >> (8 * size - 1) & 1) != 0)
        f |= RFLAGS_OF;
    return f;
}

static uint64_t flags_add(uint64_t a, uint64_t b, unsigned size)
{
    uint64_t r = (a + b) & size_mask(size), f = flags_logic(r, size);

    if (r < (a & size_mask(size)))
        f |= RFLAGS_CF;
    if (((a ^ b ^ r) & 0x10) != 0)
        f |= RFLAGS_AF;
    if (((~(a ^ b) & (a ^ r)) >> (8 * size - 1) & 1) != 0)
        f |= RFLAGS_OF;
    return f;
}

/* Only CF is told of a bit (Intel SDM vol. 2, BTS): ZF stays as it was; what the others are is left open. */
static uint64_t flags_bit(uint64_t flags, bool was_set)
{
    return (flags & RFLAGS_STATUS & ~RFLAGS_CF) | (was_set ? RFLAGS_CF : 0);
}

struct effect {
    uint64_t value; /* to store */
    bool stores;
    bool sets_flags;
    uint64_t flags;
    uint8_t reg; /* register that gets reg_value, or 0xff */
    uint64_t reg_value;
};

/* What the instruction makes of the old operand. */
static void compute(const struct write *w, const struct guest_regs *regs, uint64_t old, struct effect *e)
{
    uint64_t src = w->reg == 0xff ? (uint64_t)w->imm : insn_reg(regs, w->reg);
    uint64_t bit = 1UL << (src & (8 * w->size - 1));

    *e = (struct effect){ .stores = true, .reg = 0xff, .sets_flags = true };
    switch ((enum write_op)w->op) {
    case W_MOV:
        e->value = src;
        e->sets_flags = false;
        break;
    case W_XCHG:
        e->value = src;
        e->sets_flags = false;
        e->reg = w->reg;
        e->reg_value = old;
        break;
    case W_CMPXCHG:
        e->flags = flags_sub(regs->rax, old, w->size);
        e->stores = ((regs->rax ^ old) & size_mask(w->size)) == 0;
        e->value = src;
        if (!e->stores) {
            e->reg = 0;
            e->reg_value = old;
        }
        break;
    case W_AND:
        e->value = old & src;
        e->flags = flags_logic(e->value, w->size);
        break;
    case W_OR:
        e->value = old | src;
        e->flags = flags_logic(e->value, w->size);
        break;
    case W_XOR:
        e->value = old ^ src;
        e->flags = flags_logic(e->value, w->size);
        break;
    case W_ADD:
        e->value = old + src;
        e->flags = flags_add(old, src, w->size);
        break;
    case W_SUB:
        e->value = old - src;
        e->flags = flags_sub(old, src, w->size);
        break;
    case W_XADD:
        e->value = old + src;
        e->flags = flags_add(old, src, w->size);
        e->reg = w->reg;
        e->reg_value = old;
        break;
    case W_BTS:
        e->value = old | bit;
        e->flags = flags_bit(regs->rflags, (old & bit) != 0);
        break;
    case W_BTR:
        e->value = old & ~bit;
        e->flags = flags_bit(regs->rflags, (old & bit) != 0);
        break;
    case W_BTC:
        e->value = old ^ bit;
        e->flags = flags_bit(regs->rflags, (old & bit) != 0);
        break;
    }
}

static void effect_registers(const struct write *w, struct guest_regs *regs, const struct effect *e)
{
    if (e->reg != 0xff) {
        uint64_t keep = w->size >= 4 ? 0 : insn_reg(regs, e->reg) & ~size_mask(w->size);

        insn_set_reg(regs, e->reg, keep | (e->reg_value & size_mask(w->size)));
    }
    if (e->sets_flags)
        regs->rflags = (regs->rflags & ~RFLAGS_STATUS) | e->flags;
}

/* Do the write to slot of the L1; offset: byte in the entry. */
static int write_entry(struct vcpu *v, mfn_t table, unsigned slot, unsigned offset, const struct write *w,
                       struct guest_regs *regs)
{
    struct mmu_ctx c = { .v = v, .pt_owner = v->domain, .pg_owner = v->domain };
    uint64_t entry = pt_load(table, slot), mask = size_mask(w->size) << (8 * offset), value;
    struct effect e;
    int rc;

    do {
        compute(w, regs, (entry & mask) >> (8 * offset), &e);
        if (!e.stores)
            break;
        value = (entry & ~mask) | ((e.value << (8 * offset)) & mask);
        rc = update_l1_if(&c, table, slot, &entry, value);
        if (rc != 0 && rc != -EAGAIN)
            return rc;
    } while (rc == -EAGAIN);
    effect_registers(w, regs, &e);
    mmu_finish(&c);
    return 0;
}

/* Is the page at address an L1 of the guest's own that it maps read-only?  Holds it. */
static int target_l1(struct vcpu *v, uint64_t address, SC_OWNED fref_t *table)
{
    uint64_t pte;

    if (pvmmu_lookup(v, gva(address), &pte) != 0 || (pte & PTE_W) != 0)
        return -EFAULT;
    return frame_get_sealed(pte_mfn(pte), v->domain->id, KIND_L1, table);
}

bool ptwr_fault(struct vcpu *v, uint64_t address)
{
    struct mmu_ctx c = { .v = v, .pt_owner = v->domain, .pg_owner = v->domain };
    struct guest_regs *regs = guest_regs();
    struct insn in;
    struct write w = { 0 };
    fref_t table;
    int rc;

    if (target_l1(v, address, &table) != 0)
        return false;
    rc = insn_fetch(&in, regs);
    if (rc == 0)
        rc = in.two_byte ? decode_two_byte(&in, &w, v, regs) : decode_one_byte(&in, &w, v, regs);
    if (rc == 0 && (!in.has_mem || in.mem != address || (address & (w.size - 1)) != 0))
        rc = -EINVAL;
    if (rc == 0)
        rc =
            write_entry(v, fref_mfn(table), (unsigned)(address & (PAGE_SIZE - 1)) / 8, (unsigned)address & 7, &w, regs);
    if (rc == 0)
        insn_done(&in, regs);
    else
        log_guest(LOG_DEBUG, "write to page table %lx at %lx refused", fref_mfn(table).v, regs->rip);
    table_put_to_end(&c, table, KIND_L1);
    mmu_finish(&c);
    return rc == 0;
}
