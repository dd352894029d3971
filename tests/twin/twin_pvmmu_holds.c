/* SPDX-License-Identifier: MIT */
/* What must hold of the page tables between two operations: counted anew, and walked as the CPU does. */
#include <string.h>

#include "modules/pvmmu/pvmmu.h"
#include "tests/twin/twin_pvmmu.h"
#include "tests/twin/world.h"

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
unsigned nr_entries_to(uint64_t frame)
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

/* What a call that is under way holds: the layout is mmu_request_save's (modules/pvmmu/record.c). */
static void count_call(const struct vcpu *v)
{
    const uint64_t *w = v->cont.word;
    uint64_t phase = w[1] >> 40 & 0xff, hold = w[5] >> PAGE_SHIFT, depth = w[6];

    if (!v->cont.active)
        return;
    twin_assert(depth <= WALK_MAX_DEPTH, "a walk is %lu tables deep", depth);
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

void pvmmu_check(void)
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
