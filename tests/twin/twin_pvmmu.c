/* SPDX-License-Identifier: MIT */
/*
 * The page tables' twin: modules/pvmmu behind the hypercalls of xen-compat, core/frame.c, core/pt.h and
 * core/vcpu_holds.c; a domain with a table of each level, a frame that may become anything, and one of data; another
 * domain's frame, which is granted to it.  Vcpu 1 does whole calls; a call of vcpu 0's is preempted at every step.
 *
 * After each operation every table is walked, as far as it is adopted, and as the CPU walks it: what the frames count
 * is what there is, what a guest can write to is plain memory of its own or granted, and so is what the TLB may still
 * have.
 */
#include <stdio.h>
#include <string.h>

#include "core/guest.h"
#include "core/priv.h"
#include "core/tlb.h"
#include "modules/pvmmu/pvmmu.h"
#include "ports/pvmmu.h"
#include "ports/sched.h"
#include "tests/twin/world.h"
#include "xen-compat/hypercalls.h"

enum {
    PERDOM = 1, /* the hypervisor's */
    L4 = 2,
    L3 = 3,
    L2 = 4,
    L1 = 5,
    ANY = 6,
    DATA = 7,
    THEIRS = 8,
    BOOT = 9, /* an empty L4, on which the vcpus begin */
    ZERO = 10,
    SPARE = 11,
    NR_FRAMES = 12,
};
#define US 1
#define THEM 2
#define HV_WORD(i) (0x5afe000000000000UL | (i) << 12 | PTE_P)

static struct domain *us;

/* What the CPU may have in its TLB of the guest's: bit a frame. */
static uint32_t cached, cached_writable;
/* References that the other domain's grant gave and that have not been taken back. */
static uint32_t nr_granted;
/* vcpu 0's call: what it was, as it is asked for again. */
static bool stepping;
static unsigned nr_looks;
static struct mmuext_op step_ext;
static mmu_update_t step_update;

/* ---- what the code asks of others ---- */

bool preempt_needed(void)
{
    return stepping && ++nr_looks > 1;
}

void world_flushed(void)
{
    cached = cached_writable = 0;
}

int guest_read(void *dst, gva_t src, uint64_t nr_bytes)
{
    memcpy(dst, (const void *)(uintptr_t)src.v, nr_bytes);
    return 0;
}

int guest_write(gva_t dst, const void *src, uint64_t nr_bytes)
{
    memcpy((void *)(uintptr_t)dst.v, src, nr_bytes);
    return 0;
}

int guest_read_u64(uint64_t *dst, gva_t src)
{
    return guest_read(dst, src, 8);
}

/* The hypervisor's slots: no guest changes them. */
void hvmap_fill_l4(mfn_t l4, const struct domain *d)
{
    for (uint64_t i = HV_L4_FIRST; i <= HV_L4_LAST; i++)
        frame_words(l4)[i] = HV_WORD(i);
}

void priv_invlpg(uint64_t va) {}
void priv_wbinvd(void) {}
void segments_load_ldt(struct vcpu *v) {}
void time_fill_guest(struct vcpu_time_info *t) {}
void rcu_defer(struct rcu_item *x, enum rcu_kind kind, struct vcpu *v) {}
void vcpu_kick(struct vcpu *v) {}
void tlb_flush_vcpus_elsewhere(const struct domain *d, unsigned first, uint64_t mask) {}
long hc_console_io(struct vcpu *v, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5)
{
    return -ENOSYS;
}

/* ---- the world ---- */

static uint64_t pte(uint64_t m, uint64_t flags)
{
    return m << PAGE_SHIFT | flags | PTE_P | PTE_U;
}

static long ext(struct vcpu *v, unsigned cmd, uint64_t mfn)
{
    struct mmuext_op op = { .cmd = cmd, .arg1.mfn = mfn };

    return hc_mmuext_op(v, (uintptr_t)&op, 1, 0, DOMID_SELF, 0);
}

static void start(void)
{
    world_frames(NR_FRAMES);
    for (uint64_t m = L4; m <= BOOT; m++)
        frame_assign(mfn(m), m == THEIRS ? THEM : US, false);
    frame_table()[PERDOM].state |= FS_HV;
    world_pages(ZERO, NR_FRAMES);
    us = world_domain(US, 2, false);
    (void)world_domain(THEM, 0, false);
    us->perdom_l1[0] = mfn(PERDOM);
    perdom_init_gdt(us->vcpu[0]); /* takes the page of zeroes */
    perdom_init_gdt(us->vcpu[1]);
    frame_words(mfn(L4))[0] = pte(L3, PTE_W);
    frame_words(mfn(L3))[0] = pte(L2, PTE_W);
    frame_words(mfn(L2))[0] = pte(L1, PTE_W);
    frame_words(mfn(L1))[0] = pte(DATA, PTE_W);
    frame_words(mfn(L1))[1] = pte(L1, 0);
    cpus[0].current = us->vcpu[0];
    twin_assert(ext(us->vcpu[0], MMUEXT_NEW_BASEPTR, BOOT) == 0, "vcpu 0 has no table");
    cpus[0].current = us->vcpu[1];
    twin_assert(ext(us->vcpu[1], MMUEXT_NEW_BASEPTR, BOOT) == 0, "vcpu 1 has no table");
    world_ready(0);
}

/* ---- what there is to do ---- */

enum verb {
    UPDATE,
    KEEP_AD,
    PIN,
    UNPIN,
    BASE,
    USER,
    VA,
    GRANT,
    UNGRANT,
    REPLACE,
    TOUCH,
    FLUSH,
    GDT,
    DESCRIPTOR,
    CLEAR,
    GIVE_UP,
    TAKE,
    BEGIN,
    GO_ON
};

#define W PTE_W
#define NONE 0 /* an entry that is not present */

struct step {
    uint8_t verb, frame;
    uint16_t slot; /* of a table; of an address, of its L1s one after the other */
    uint8_t to, flags;
    const char *name;
};
#define NR_FEW 24
static const struct step steps[] = {
    /* NR_FEW: what is explored one operation longer. */
    { UPDATE, L1, 0, NONE, 0, "L1[0] = none" },
    { UPDATE, L1, 0, DATA, W, "L1[0] = DATA rw" },
    { UPDATE, L1, 1, NONE, 0, "L1[1] = none" },
    { UPDATE, L1, 1, L1, W, "L1[1] = L1 rw" },
    { UPDATE, L1, 1, ANY, 0, "L1[1] = ANY ro" },
    { UPDATE, L1, 1, ANY, W, "L1[1] = ANY rw" },
    { UPDATE, ANY, 1, DATA, W, "ANY[1] = DATA rw" },
    { UPDATE, L2, 1, NONE, 0, "L2[1] = none" },
    { UPDATE, L2, 1, ANY, W, "L2[1] = ANY" },
    { UPDATE, L3, 0, NONE, 0, "L3[0] = none" },
    { UPDATE, L4, 0, NONE, 0, "L4[0] = none" },
    { PIN, L1, KIND_L1, 0, 0, "pin L1" },
    { PIN, ANY, KIND_L1, 0, 0, "pin ANY as L1" },
    { PIN, ANY, KIND_L4, 0, 0, "pin ANY as L4" },
    { PIN, L4, KIND_L4, 0, 0, "pin L4" },
    { UNPIN, L1, 0, 0, 0, "unpin L1" },
    { UNPIN, ANY, 0, 0, 0, "unpin ANY" },
    { UNPIN, L4, 0, 0, 0, "unpin L4" },
    { BASE, L4, 0, 0, 0, "base L4" },
    { BASE, BOOT, 0, 0, 0, "base BOOT" },
    { BASE, ANY, 0, 0, 0, "base ANY" },
    { VA, 0, 0, DATA, W, "va 0 = DATA rw" },
    { VA, 0, 1, ANY, W, "va 1 = ANY rw" },
    { TOUCH, 0, 1, 0, 0, "touch va 1" },
    /* The others. */
    { UPDATE, L1, 0, DATA, 0, "L1[0] = DATA ro" },
    { UPDATE, L1, 1, THEIRS, W, "L1[1] = THEIRS rw" },
    { UPDATE, L1, 2, NONE, 0, "L1[2] = none" },
    { UPDATE, L1, 2, THEIRS, W, "L1[2] = THEIRS rw" },
    { KEEP_AD, L1, 0, DATA, W, "L1[0] = DATA rw, keeping its marks" },
    { UPDATE, ANY, 1, ANY, W, "ANY[1] = ANY rw" },
    { UPDATE, L2, 1, L2, W, "L2[1] = L2" },
    { UPDATE, L2, 0, NONE, 0, "L2[0] = none" },
    { UPDATE, L3, 1, L2, W, "L3[1] = L2" },
    { UPDATE, L4, 1, L3, W, "L4[1] = L3" },
    { UPDATE, L4, 256, DATA, W, "L4[256] = DATA" },
    { UPDATE, L4, 1, THEIRS, W, "L4[1] = THEIRS" },
    { PIN, L2, KIND_L2, 0, 0, "pin L2" },
    { UNPIN, L2, 0, 0, 0, "unpin L2" },
    { USER, L4, 0, 0, 0, "user base L4" },
    { USER, 0, 0, 0, 0, "no user base" },
    { VA, 0, 513, DATA, W, "va 513 = DATA rw" },
    { GRANT, 0, 2, 0, W, "grant at va 2" },
    { GRANT, 0, 1, 0, 0, "read-only grant at va 1" },
    { UNGRANT, 0, 2, 0, W, "end the grant at va 2" },
    { UNGRANT, 0, 1, 0, 0, "end the read-only grant at va 1" },
    { REPLACE, 0, 2, 0, W, "put va 0 in the grant's place at va 2" },
    { TOUCH, 0, 0, 0, 0, "touch va 0" },
    { TOUCH, 0, 2, 0, 0, "touch va 2" },
    { FLUSH, 0, 0, 0, 0, "flush" },
    { GDT, ANY, 1, 0, 0, "GDT in ANY" },
    { GDT, ANY, 0, 0, 0, "no GDT" },
    { DESCRIPTOR, ANY, 1, 0, 0, "descriptor in ANY" },
    { CLEAR, ANY, 0, 0, 0, "clear ANY" },
    { GIVE_UP, DATA, 0, 0, 0, "give up DATA" },
    { TAKE, 0, 0, 0, 0, "the other domain gets a frame" },
    { BEGIN, L4, KIND_L4, 0, 0, "vcpu 0 begins to pin L4" },
    { BEGIN, L4, 0, 0, 0, "vcpu 0 begins to unpin L4" },
    { BEGIN, L3, 0, L2, 0, "vcpu 0 begins L3[1] = L2" },
    { GO_ON, 0, 0, 0, 0, "vcpu 0 goes on" },
};

static uint64_t va_of(uint64_t slot)
{
    return slot << PAGE_SHIFT;
}

static bool run_update(const struct step *s)
{
    mmu_update_t u = {
        .ptr = (uint64_t)s->frame << PAGE_SHIFT | (uint64_t)s->slot * 8 |
               (s->verb == KEEP_AD ? MMU_PT_UPDATE_PRESERVE_AD : MMU_NORMAL_PT_UPDATE),
        .val = s->to != NONE ? pte(s->to, s->flags) : 0,
    };

    return hc_mmu_update(us->vcpu[1], (uintptr_t)&u, 1, 0, DOMID_SELF, 0) == 0;
}

static bool run_pin(const struct step *s)
{
    static const unsigned cmds[] = { [KIND_L1] = MMUEXT_PIN_L1_TABLE,
                                     [KIND_L2] = MMUEXT_PIN_L2_TABLE,
                                     [KIND_L3] = MMUEXT_PIN_L3_TABLE,
                                     [KIND_L4] = MMUEXT_PIN_L4_TABLE };

    return ext(us->vcpu[1], cmds[s->slot], s->frame) == 0;
}

static bool run_grant(const struct step *s)
{
    fref_t r;

    twin_assert((s->flags != 0 ? frame_get_rw(mfn(THEIRS), THEM, &r) : frame_get_ro(mfn(THEIRS), THEM, &r)) == 0,
                "the grant's frame cannot be held");
    if (pvmmu_grant_map(us->vcpu[1], va_of(s->slot), false, s->flags == 0, 0, r) != 0)
        return false;
    nr_granted++;
    return true;
}

static bool run_ungrant(const struct step *s, uint64_t new_va)
{
    if (pvmmu_grant_unmap(us->vcpu[1], va_of(s->slot), false, mfn(THEIRS), s->flags == 0, new_va) != 0)
        return false;
    nr_granted--;
    return true;
}

/* The CPU's walk of the guest's tables on its own: the L1 entry, or null. */
static uint64_t *cpu_walk(mfn_t root, uint64_t va, bool *writable)
{
    uint64_t *e = NULL, m = root.v;

    *writable = true;
    for (int shift = 39; shift >= 12; shift -= 9) {
        e = &frame_words(mfn(m))[va >> shift & 511];
        if ((*e & PTE_P) == 0)
            return NULL;
        *writable = *writable && (*e & PTE_W) != 0;
        m = (*e & PTE_ADDR) >> PAGE_SHIFT;
        twin_assert(m < NR_FRAMES, "an entry of a guest's leads to frame %lu", m);
    }
    return e;
}

/* The guest uses an address: the CPU marks the entry, and keeps what it says. */
static bool run_touch(uint64_t va)
{
    bool writable;
    uint64_t *e = cpu_walk(fref_mfn(us->vcpu[1]->kernel_pt), va, &writable);

    if (e == NULL)
        return false;
    *e |= PTE_A | (writable ? PTE_D : 0);
    cached |= 1U << ((*e & PTE_ADDR) >> PAGE_SHIFT);
    if (writable)
        cached_writable |= 1U << ((*e & PTE_ADDR) >> PAGE_SHIFT);
    return true;
}

static bool run_gdt(const struct step *s)
{
    uint64_t frame = s->frame;

    return pvmmu_set_gdt(us->vcpu[1], &frame, s->slot, 512U * s->slot) == 0;
}

/* A code segment of ring 0. */
static bool run_descriptor(const struct step *s)
{
    return pvmmu_update_descriptor(us->vcpu[1], maddr((uint64_t)s->frame << PAGE_SHIFT | 8), 0x00af9b000000ffffUL) == 0;
}

static bool run_take(void)
{
    mfn_t m;

    if (frame_alloc_hv(&m) != 0)
        return false;
    twin_assert((cached >> m.v & 1) == 0, "frame %lu is another domain's, and the TLB has it", m.v);
    frame_assign(m, THEM, false);
    return true;
}

/* vcpu 0, which is preempted after each step. */
static bool run_on_0(void)
{
    struct vcpu *v = us->vcpu[0];
    long rc;

    cpus[0].current = v;
    stepping = true;
    nr_looks = 0;
    if (step_ext.cmd != 0xff)
        rc = hc_mmuext_op(v, (uintptr_t)&step_ext, 1, 0, DOMID_SELF, 0);
    else
        rc = hc_mmu_update(v, (uintptr_t)&step_update, 1, 0, DOMID_SELF, 0);
    stepping = false;
    cpus[0].current = us->vcpu[1];
    twin_assert((rc == HC_CONTINUE) == v->cont.active, "the call is over, and there is a record of it");
    if (!v->cont.active) {
        step_ext = (struct mmuext_op){ 0 };
        step_update = (mmu_update_t){ 0 };
        memset(&v->cont, 0, sizeof(v->cont));
    }
    return rc == 0 || rc == HC_CONTINUE;
}

static bool run_begin(const struct step *s)
{
    if (us->vcpu[0]->cont.active)
        return false;
    if (s->to != NONE) {
        step_ext.cmd = 0xff;
        step_update = (mmu_update_t){ .ptr = (uint64_t)s->frame << PAGE_SHIFT | 8, .val = pte(s->to, PTE_W) };
    } else {
        step_ext = (struct mmuext_op){ .cmd = s->slot == KIND_L4 ? MMUEXT_PIN_L4_TABLE : MMUEXT_UNPIN_TABLE,
                                       .arg1.mfn = s->frame };
    }
    return run_on_0();
}

static bool run_step(unsigned i)
{
    const struct step *s = &steps[i];
    struct vcpu *v = us->vcpu[1];

    switch ((enum verb)s->verb) {
    case UPDATE:
    case KEEP_AD: return run_update(s);
    case PIN: return run_pin(s);
    case UNPIN: return ext(v, MMUEXT_UNPIN_TABLE, s->frame) == 0;
    case BASE: return ext(v, MMUEXT_NEW_BASEPTR, s->frame) == 0;
    case USER: return ext(v, MMUEXT_NEW_USER_BASEPTR, s->frame) == 0;
    case VA: return hc_update_va_mapping(v, va_of(s->slot), pte(s->to, s->flags), 0, 0, 0) == 0;
    case GRANT: return run_grant(s);
    case UNGRANT: return run_ungrant(s, 0);
    case REPLACE: return run_ungrant(s, va_of(0) | 8); /* an address of the page, not its first: 0 says none */
    case TOUCH: return run_touch(va_of(s->slot));
    case FLUSH: return ext(v, MMUEXT_TLB_FLUSH_LOCAL, 0) == 0;
    case GDT: return run_gdt(s);
    case DESCRIPTOR: return run_descriptor(s);
    case CLEAR: return ext(v, MMUEXT_CLEAR_PAGE, s->frame) == 0;
    case GIVE_UP: return frame_unassign(mfn(s->frame), US) == 0;
    case TAKE: return run_take();
    case BEGIN: return run_begin(s);
    case GO_ON: return us->vcpu[0]->cont.active && run_on_0();
    }
    return false;
}

/* ---- the TLB clock ---- */

/* Stamps are only compared with the CPU's: older ones are alike, and newer ones count from there. */
static uint64_t stamp_from(uint64_t stamp, uint64_t base)
{
    return stamp < base ? 0 : stamp - base + 1;
}

static void clock_rewind(void)
{
    uint64_t base = cpus[0].tlb_stamp;

    for (uint64_t m = 0; m < NR_FRAMES; m++)
        if ((frame_table()[m].state & FS_TYPE_MASK) == 0)
            frame_table()[m].aux = stamp_from(frame_table()[m].aux, base);
    tlb_clock = stamp_from(tlb_clock, base);
    tlb_stamped = stamp_from(tlb_stamped, base);
    tlb_free_stamp = stamp_from(tlb_free_stamp, base);
    cpus[0].tlb_stamp = 1;
}

/* The next entry from i on that is not all zero: most are. */
static unsigned next_used(const uint64_t *w, unsigned i)
{
    while (i < 512 && w[i] == 0) {
        if (i % 8 == 0 && (w[i + 1] | w[i + 2] | w[i + 3] | w[i + 4] | w[i + 5] | w[i + 6] | w[i + 7]) == 0)
            i += 8;
        else
            i++;
    }
    return i;
}

/* Entries of L1s in use that lead to a frame. */
static unsigned nr_entries_to(uint64_t frame)
{
    unsigned n = 0;

    for (uint64_t m = L4; m <= BOOT; m++) {
        const uint64_t *w = frame_words(mfn(m));

        if ((frame_table()[m].state & (FS_TYPE_MASK | FS_SEALED)) != (FS_TYPE(KIND_L1) | FS_SEALED))
            continue;
        for (unsigned i = next_used(w, 0); i < 512; i = next_used(w, i + 1))
            n += (w[i] & PTE_P) != 0 && (w[i] & PTE_ADDR) >> PAGE_SHIFT == frame;
    }
    return n;
}

static bool run(unsigned i)
{
    unsigned before = nr_entries_to(THEIRS);
    bool done = run_step(i);

    twin_assert(nr_entries_to(THEIRS) <= before || steps[i].verb == GRANT,
                "another domain's frame is mapped without a grant");
    if (done && (steps[i].verb == UNGRANT || steps[i].verb == REPLACE) && nr_granted == 0)
        twin_assert((cached >> THEIRS & 1) == 0, "a grant has ended, and the TLB has its frame");
    clock_rewind();
    return done;
}

static void name_of(unsigned i, char *text, size_t size)
{
    (void)snprintf(text, size, "%s", steps[i].name);
}

/* ---- what must hold ---- */

struct tally {
    uint32_t ro, rw, table; /* references for reading, for writing, as a table */
    uint8_t level;          /* as which table */
};
static struct tally counted[NR_FRAMES];

static unsigned kind_of(uint64_t m)
{
    return (unsigned)frame_word_type(frame_table()[m].state);
}

static void count_table(uint64_t m, unsigned level, const char *by)
{
    twin_assert(m < NR_FRAMES, "%s is frame %lu", by, m);
    twin_assert(counted[m].table == 0 || counted[m].level == level, "frame %lu is a table of two levels, by %s", m, by);
    counted[m].table++;
    counted[m].level = (uint8_t)level;
}

static bool is_hv_slot(unsigned level, unsigned i)
{
    return level == KIND_L4 && i >= HV_L4_FIRST && i <= HV_L4_LAST;
}

static void count_entry(uint64_t table, unsigned level, unsigned i)
{
    uint64_t e = frame_words(mfn(table))[i], m = (e & PTE_ADDR) >> PAGE_SHIFT;

    if ((e & PTE_P) == 0 || is_hv_slot(level, i))
        return;
    twin_assert(m < NR_FRAMES, "entry %u of frame %lu leads to frame %lu", i, table, m);
    twin_assert((e & PTE_U) != 0, "entry %u of frame %lu is the hypervisor's", i, table);
    if (level != KIND_L1)
        count_table(m, level - 1, "an entry");
    else if ((e & PTE_W) != 0)
        counted[m].rw++;
    else
        counted[m].ro++;
}

/* The entries of a table that own a reference: all, or those that are adopted. */
static void count_entries(uint64_t table)
{
    unsigned level = kind_of(table), n = 512;

    if (level < KIND_L1 || level > KIND_L4)
        return;
    if ((frame_table()[table].state & FS_SEALED) == 0)
        n = (unsigned)frame_table()[table].aux;
    twin_assert(n <= 512, "frame %lu is built up to entry %u", table, n);
    for (unsigned i = next_used(frame_words(mfn(table)), 0); i < n; i = next_used(frame_words(mfn(table)), i + 1))
        count_entry(table, level, i);
}

/* What a call that is under way holds: the layout is mmu_request_save's (modules/pvmmu/request.c). */
static void count_call(const struct vcpu *v)
{
    const uint64_t *w = v->cont.word;
    uint64_t phase = w[1] >> 40 & 0xff, hold = w[5] >> PAGE_SHIFT, depth = w[6];

    if (!v->cont.active)
        return;
    twin_assert(depth <= 4, "a walk is %lu tables deep", depth);
    for (uint64_t i = 0; i < depth; i++)
        count_table(w[8 + i] >> 16, w[8 + i] >> 8 & 0xff, "a walk");
    /* PHASE_BUILD (1): what is built is what it holds. */
    if (hold != 0 && !(phase == 1 && depth != 0))
        count_table(hold, w[1] >> 48 & 0xff, "a call");
}

static void count_vcpu(const struct vcpu *v)
{
    twin_assert(!fref_is_none(v->kernel_pt), "vcpu %u has no table", v->id);
    count_table(fref_mfn(v->kernel_pt).v, KIND_L4, "a vcpu's table");
    if (!fref_is_none(v->user_pt))
        count_table(fref_mfn(v->user_pt).v, KIND_L4, "a vcpu's users' table");
    for (unsigned i = 0; i < GDT_GUEST_PAGES; i++)
        if (!fref_is_none(v->gdt_ref[i]))
            count_table(fref_mfn(v->gdt_ref[i]).v, KIND_SEG, "a GDT");
    count_call(v);
}

static void check_frame(uint64_t m)
{
    uint64_t s = frame_table()[m].state, owner = s / FS_OWNER_ONE;
    struct tally *t = &counted[m];

    if ((s & FS_PINNED) != 0)
        count_table(m, kind_of(m), "a pin");
    if (owner == DOMID_NONE) {
        twin_assert(t->ro + t->rw + t->table == 0, "frame %lu is free, and used", m);
        return;
    }
    twin_assert(t->table == 0 || t->rw == 0, "frame %lu is a table, and may be written to", m);
    twin_assert(frame_word_readers(s) == t->ro, "frame %lu has %u readers, and its state is %lx", m, t->ro, s);
    twin_assert((s & FS_KIND_MASK) == t->rw + t->table, "frame %lu is used %u times, and its state is %lx", m,
                t->rw + t->table, s);
    twin_assert(kind_of(m) == (t->table != 0 ? t->level : 0), "frame %lu is a table of level %u, and its state is %lx",
                m, t->level, s);
    twin_assert(kind_of(m) == 0 || owner == US, "a table is frame %lu, whose state is %lx", m, s);
}

static void check_hv_slots(const uint64_t *w)
{
    for (uint64_t i = HV_L4_FIRST; i <= HV_L4_LAST; i++)
        twin_assert(w[i] == HV_WORD(i), "entry %lu of an L4 is the guest's", i);
}

/* As the CPU sees it: through sealed tables only, down to the guest's own frames or granted ones. */
static void check_reach(uint64_t table, unsigned level, bool writable)
{
    const uint64_t *w = frame_words(mfn(table));

    twin_assert((frame_table()[table].state & (FS_TYPE_MASK | FS_SEALED)) == (FS_TYPE(level) | FS_SEALED),
                "the CPU goes through frame %lu, whose state is %lx", table, frame_table()[table].state);
    if (level == KIND_L4)
        check_hv_slots(w);
    for (unsigned i = next_used(w, 0); i < 512; i = next_used(w, i + 1)) {
        uint64_t m = (w[i] & PTE_ADDR) >> PAGE_SHIFT, owner;

        if ((w[i] & PTE_P) == 0 || is_hv_slot(level, i))
            continue;
        if (level != KIND_L1) {
            check_reach(m, level - 1, writable && (w[i] & PTE_W) != 0);
            continue;
        }
        owner = frame_table()[m].state / FS_OWNER_ONE;
        twin_assert(owner == US || (m == THEIRS && nr_granted != 0), "the guest reaches frame %lu of domain %lu", m,
                    owner);
        twin_assert(!writable || (w[i] & PTE_W) == 0 || kind_of(m) == 0, "the guest can write to frame %lu, a table",
                    m);
    }
}

static void check_tlb(void)
{
    for (uint64_t m = 0; m < NR_FRAMES; m++) {
        uint64_t s = frame_table()[m].state;

        twin_assert((cached_writable >> m & 1) == 0 || (s & FS_TYPE_MASK) == 0,
                    "frame %lu is a table, and the TLB can write to it", m);
        twin_assert((cached >> m & 1) == 0 || m == THEIRS || s / FS_OWNER_ONE != THEM,
                    "frame %lu is another domain's, and the TLB has it", m);
    }
}

/* The guest's descriptors are of ring 3. */
static void check_descriptors(void)
{
    if (kind_of(ANY) != KIND_SEG)
        return;
    for (unsigned i = 0; i < 512; i++) {
        uint64_t d = frame_words(mfn(ANY))[i];

        twin_assert((d >> 47 & 1) == 0 || (d >> 45 & 3) == 3, "descriptor %u is of ring %lu", i, d >> 45 & 3);
    }
}

static void check(void)
{
    memset(counted, 0, sizeof(counted));
    for (uint64_t m = 0; m < NR_FRAMES; m++)
        count_entries(m);
    for (uint32_t i = 0; i < 2; i++)
        count_vcpu(us->vcpu[i]);
    for (uint64_t m = L4; m < NR_FRAMES; m++)
        check_frame(m);
    memset(counted, 0, sizeof(counted));
    for (uint32_t i = 0; i < 2; i++) {
        check_reach(fref_mfn(us->vcpu[i]->kernel_pt).v, KIND_L4, true);
        if (!fref_is_none(us->vcpu[i]->user_pt))
            check_reach(fref_mfn(us->vcpu[i]->user_pt).v, KIND_L4, true);
    }
    check_tlb();
    check_descriptors();
    world_check();
}

int main(void)
{
    const struct twin_start starts[] = {
        { .name = "nothing" },
        { .name = "nothing, with few", .nr_ops = NR_FEW, .deeper = 1 },
        { .name = "its tables", .op = { "base L4" } },
        { .name = "two L1s and a grant", .op = { "base L4", "L2[1] = ANY", "grant at va 2", "touch va 0" } },
        { .name = "a call", .op = { "vcpu 0 begins to pin L4", "vcpu 0 goes on" } },
    };
    const struct twin pvmmu = {
        .name = "pvmmu",
        .nr_ops = ARRAY_SIZE(steps),
        .depth = 4,
        .full_depth = 5,
        .starts = starts,
        .nr_starts = ARRAY_SIZE(starts),
        .start = start,
        .run = run,
        .check = check,
        .name_of = name_of,
    };

    return twin_main(&pvmmu);
}
