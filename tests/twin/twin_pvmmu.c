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
#include "tests/twin/twin_pvmmu.h"
#include "tests/twin/world.h"
#include "xen-compat/hypercalls.h"

struct domain *us;

uint32_t cached, cached_writable;
uint32_t nr_granted;
/* Who does what is done: vcpu 1, or vcpu 0 where both are at work at once. */
static struct vcpu *actor;
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
    actor = cpus[0].current = us->vcpu[1];
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
    BASE_OF_0,
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
    { UPDATE, L4, 1, ANY, W, "L4[1] = ANY" },
    { PIN, L2, KIND_L2, 0, 0, "pin L2" },
    { UNPIN, L2, 0, 0, 0, "unpin L2" },
    { BASE_OF_0, L4, 0, 0, 0, "vcpu 0's base L4" },
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

    return hc_mmu_update(actor, (uintptr_t)&u, 1, 0, DOMID_SELF, 0) == 0;
}

static bool run_pin(const struct step *s)
{
    static const unsigned cmds[] = { [KIND_L1] = MMUEXT_PIN_L1_TABLE,
                                     [KIND_L2] = MMUEXT_PIN_L2_TABLE,
                                     [KIND_L3] = MMUEXT_PIN_L3_TABLE,
                                     [KIND_L4] = MMUEXT_PIN_L4_TABLE };

    return ext(actor, cmds[s->slot], s->frame) == 0;
}

static bool run_grant(const struct step *s)
{
    fref_t r;

    twin_assert((s->flags != 0 ? frame_get_rw(mfn(THEIRS), THEM, &r) : frame_get_ro(mfn(THEIRS), THEM, &r)) == 0,
                "the grant's frame cannot be held");
    if (pvmmu_grant_map(actor, va_of(s->slot), false, s->flags == 0, 0, r) != 0)
        return false;
    nr_granted++;
    return true;
}

static bool run_ungrant(const struct step *s, uint64_t new_va)
{
    if (pvmmu_grant_unmap(actor, va_of(s->slot), false, mfn(THEIRS), s->flags == 0, new_va) != 0)
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
    uint64_t *e = cpu_walk(fref_mfn(actor->kernel_pt), va, &writable);

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

    return pvmmu_set_gdt(actor, &frame, s->slot, 512U * s->slot) == 0;
}

/* A code segment of ring 0. */
static bool run_descriptor(const struct step *s)
{
    return pvmmu_update_descriptor(actor, maddr((uint64_t)s->frame << PAGE_SHIFT | 8), 0x00af9b000000ffffUL) == 0;
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

static bool run_base_of_0(const struct step *s)
{
    bool done = false;

    if (!us->vcpu[0]->cont.active) {
        cpus[0].current = us->vcpu[0];
        done = ext(us->vcpu[0], MMUEXT_NEW_BASEPTR, s->frame) == 0;
        cpus[0].current = actor;
    }
    return done;
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
    struct vcpu *v = actor;

    switch ((enum verb)s->verb) {
    case UPDATE:
    case KEEP_AD: return run_update(s);
    case PIN: return run_pin(s);
    case UNPIN: return ext(v, MMUEXT_UNPIN_TABLE, s->frame) == 0;
    case BASE: return ext(v, MMUEXT_NEW_BASEPTR, s->frame) == 0;
    case BASE_OF_0: return run_base_of_0(s);
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

static void check_ended(unsigned i, bool done)
{
    if (done && (steps[i].verb == UNGRANT || steps[i].verb == REPLACE) && nr_granted == 0)
        twin_assert((cached >> THEIRS & 1) == 0, "a grant has ended, and the TLB has its frame");
}

static bool run(unsigned i)
{
    unsigned before = nr_entries_to(THEIRS);
    bool done = run_step(i);

    twin_assert(nr_entries_to(THEIRS) <= before || steps[i].verb == GRANT,
                "another domain's frame is mapped without a grant");
    check_ended(i, done);
    clock_rewind();
    return done;
}

/* ---- two vcpus at once ---- */

/* What vcpu 0 does, and what vcpu 1 does amid it. */
static const char *const firsts[] = {
    "L1[0] = DATA rw",
    "L1[1] = ANY ro",
    "L1[1] = ANY rw",
    "L1[1] = L1 rw",
    "ANY[1] = DATA rw",
    "L2[1] = none",
    "L2[1] = ANY",
    "L2[1] = L2",
    "L3[0] = none",
    "L4[0] = none",
    "L4[1] = ANY",
    "L4[1] = THEIRS",
    "pin L1",
    "pin ANY as L1",
    "pin ANY as L4",
    "pin L4",
    "unpin L1",
    "unpin ANY",
    "unpin L4",
    "base L4",
    "base BOOT",
    "base ANY",
    "user base L4",
    "va 0 = DATA rw",
    "va 1 = ANY rw",
    "grant at va 2",
    "end the grant at va 2",
    "GDT in ANY",
    "descriptor in ANY",
    "clear ANY",
    "vcpu 0 goes on",
    "put va 0 in the grant's place at va 2",
};
static const char *const seconds[] = {
    "L1[0] = none",  "L1[1] = none", "L1[1] = ANY ro", "L1[1] = ANY rw", "L2[1] = none",  "L2[1] = ANY",
    "L2[0] = none",  "L3[0] = none", "L4[0] = none",   "pin L1",         "pin ANY as L1", "pin L4",
    "unpin L1",      "unpin L2",     "unpin ANY",      "unpin L4",       "base L4",       "base BOOT",
    "va 1 = ANY rw", "touch va 1",   "GDT in ANY",     "no GDT",         "give up DATA",  "L1[2] = none",
};
static unsigned second; /* the step that is to come in */
static bool met;

static unsigned step_named(const char *name)
{
    unsigned i;

    for (i = 0; i < ARRAY_SIZE(steps) && strcmp(steps[i].name, name) != 0; i++)
        ;
    twin_assert(i < ARRAY_SIZE(steps), "there is no step %s", name);
    return i;
}

void world_race(void)
{
    struct vcpu *first = cpus[0].current;
    bool first_stepping = stepping;

    met = true;
    stepping = false;
    actor = cpus[0].current = us->vcpu[1];
    (void)run_step(second);
    actor = cpus[0].current = first;
    stepping = first_stepping;
}

static bool race(unsigned pair, unsigned step)
{
    unsigned first = step_named(firsts[pair / ARRAY_SIZE(seconds)]);
    bool done;

    second = step_named(seconds[pair % ARRAY_SIZE(seconds)]);
    met = false;
    if ((steps[first].verb == GO_ON) != us->vcpu[0]->cont.active)
        return false; /* vcpu 0 is in another call */
    actor = cpus[0].current = us->vcpu[0];
    world_steps_until(step);
    done = run_step(first);
    check_ended(first, done);
    world_steps_until(0);
    actor = cpus[0].current = us->vcpu[1];
    clock_rewind();
    return met;
}

static void pair_name(unsigned pair, char *text, size_t size)
{
    (void)snprintf(text, size, "vcpu 0 does %s, vcpu 1 %s", firsts[pair / ARRAY_SIZE(seconds)],
                   seconds[pair % ARRAY_SIZE(seconds)]);
}

static void name_of(unsigned i, char *text, size_t size)
{
    (void)snprintf(text, size, "%s", steps[i].name);
}

int main(void)
{
    const struct twin_start starts[] = {
        { .name = "nothing" },
        { .name = "nothing, with few", .nr_ops = NR_FEW, .deeper = 1 },
        { .name = "its tables", .op = { "base L4" } },
        { .name = "two L1s and a grant", .op = { "base L4", "L2[1] = ANY", "grant at va 2", "touch va 0" } },
        { .name = "both vcpus in its tables", .op = { "base L4", "vcpu 0's base L4", "pin ANY as L1" } },
        { .name = "both vcpus and a grant", .op = { "base L4", "vcpu 0's base L4", "grant at va 2", "touch va 2" } },
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
        .check = pvmmu_check,
        .name_of = name_of,
        .nr_pairs = ARRAY_SIZE(firsts) * ARRAY_SIZE(seconds),
        .race_depth = 1,
        .race = race,
        .pair_name = pair_name,
    };

    return twin_main(&pvmmu);
}
