/* SPDX-License-Identifier: MIT */
/* Changing one slot of a table. */
#include "core/tlb.h"
#include "core/log.h"
#include "modules/pvmmu/pvmmu.h"
#include "ports/pvmmu.h"

#define PTE_AD (PTE_A | PTE_D)
/* Bits 52-62: reserved to the hypervisor (Xen refuses them too). */
#define PTE_HIGH 0x7ff0000000000000UL
#define PTE_CACHE (PTE_PWT | PTE_PCD | PTE_PS) /* PS is PAT at L1 */

uint64_t pte_disallowed(const struct domain *d, unsigned level)
{
    if (level == KIND_L1)
        return d->privileged ? PTE_HIGH : PTE_HIGH | PTE_CACHE;
    return PTE_HIGH | PTE_CACHE | PTE_G;
}

/* Device memory: not RAM, or the firmware's. */
/*@ assigns \nothing; */
static bool frame_is_device(mfn_t m)
{
    return unlikely(!frame_valid(m)) || unlikely(frame_owner(m) == (DOMID_IO & 0x7fff));
}

int l1_ref_get(const struct mmu_ctx *c, uint64_t pte, fref_t *out)
{
    mfn_t m = pte_mfn(pte);

    if (frame_is_device(m)) {
        if (!c->v->domain->privileged)
            return -EPERM;
        return frame_get_io(m, out);
    }
    if (unlikely(c->pg_owner == NULL))
        return -EINVAL;
    if (pte_writes(pte))
        return frame_get_rw(m, c->pg_owner->id, out);
    return frame_get_ro(m, c->pg_owner->id, out);
}

int l1_entry_make(struct mmu_ctx *c, uint64_t pte, uint64_t *made)
{
    fref_t r;
    int rc;

    if (unlikely((pte & pte_disallowed(c->pt_owner, KIND_L1)) != 0))
        return -EINVAL;
    rc = l1_ref_get(c, pte, &r);
    if (unlikely(rc != 0))
        return rc;
    pte = pte_for_user(pte_not_global(pte));
    *made = pte_make(r, pte, pte_writes(pte));
    return 0;
}

/* Of another domain's frame it stays known that it was accessed, so that pvmmu_grant_unmap can go by it. */
/*@ requires \valid_read(c->pt_owner);
    assigns \nothing;
    ensures \result == 0 || \result == PTE_A;
*/
static uint64_t marks_kept(const struct mmu_ctx *c, uint64_t pte)
{
    mfn_t m = pte_mfn(pte);

    return frame_valid(m) && frame_owner(m) == c->pt_owner->id ? 0 : PTE_A;
}

/* The frame and the rights are what they were: the slot's reference stays as it is. */
/*@ requires valid_ctx(c) && entry_present(pte) && nothing_in_hand && (keep == 0 || keep == PTE_AD);
    assigns put_entry, put_over, put_table, put_slot, put_for, put_flushed \from \nothing;
    ensures not: !\result ==> nothing_put{Pre, Post};
    ensures where: \result ==> put_at(table, i) && put_for == AS_BEFORE;
    ensures asked: \result ==> same_place(put_entry, pte) && entry_users(put_entry) && !entry_global(put_entry);
    ensures bits: \result ==> (pte & disallowed(c->pt_owner, KIND_L1)) == 0;
*/
static bool l1_same_place(struct mmu_ctx *c, mfn_t table, unsigned i, uint64_t pte, uint64_t keep)
{
    return pte_same_place(pt_load(table, i), pte) && (pte & pte_disallowed(c->pt_owner, KIND_L1)) == 0 &&
           pt_commit_same(table, i, pte_for_user(pte_not_global(pte)), keep != 0 ? keep : marks_kept(c, pte));
}

int update_l1(struct mmu_ctx *c, mfn_t table, unsigned i, uint64_t value, bool preserve_ad)
{
    uint64_t keep = preserve_ad ? PTE_AD : 0, pte = value, old;

    if (pte_present(value)) {
        int rc;

        if (l1_same_place(c, table, i, value, keep))
            return 0;
        rc = l1_entry_make(c, value, &pte);
        if (unlikely(rc != 0))
            return rc;
    }
    old = pt_commit(table, i, pte, keep);
    if (pte_present(old))
        frame_put(pte_ref(old));
    return 0;
}

int update_l1_if(struct mmu_ctx *c, mfn_t table, unsigned i, uint64_t *expected, uint64_t value)
{
    uint64_t pte = value;

    if (pte_present(value)) {
        int rc = l1_entry_make(c, value, &pte);

        if (rc != 0)
            return rc;
    }
    if (!pt_commit_if(table, i, expected, pte)) {
        if (pte_present(pte))
            frame_put(pte_ref(pte));
        return -EAGAIN;
    }
    if (pte_present(*expected))
        frame_put(pte_ref(*expected));
    return 0;
}

/* As l1_entry_make, for L2 to L4: WALK_PREEMPTED too. */
/*@ requires valid_ctx(c) && entry_present(pte) && entry_made == 0 && KIND_L2 <= level <= KIND_L4;
    requires ctx_apart(c) && entry_apart(made, c) && walk_fits(c) && c->walk.depth == 0;
    assigns c->walk, *made, ref_got, ref_for, entry_made, entry_for, entry_kind, tables_begun;
    ensures walk: walk_fits(c) && c->walk.depth == (\result == WALK_PREEMPTED ? 1 : 0);
    ensures one_of: \result <= WALK_PREEMPTED;
    ensures walks: \result == WALK_PREEMPTED ==> c->walk.at[0].level == level - 1 && c->walk.at[0].mode == WALK_BUILD;
    ensures which: \result == WALK_PREEMPTED ==> c->walk.at[0].table.v == entry_frame(pte) && c->walk.err == 0;
    ensures refused: \result != 0 ==> entry_made == 0;
    ensures made: \result == 0 ==> entry_made == *made && entry_present(*made) && entry_users(*made);
    ensures asked: \result == 0 ==> entry_frame(*made) == entry_frame(pte);
    ensures whose: \result == 0 ==> entry_for == c->pt_owner->id;
    ensures below: \result == 0 ==> entry_kind == level - 1;
    ensures bits: \result == 0 ==> (pte & disallowed(c->pt_owner, level)) == 0;
*/
static int upper_entry_make(struct mmu_ctx *c, unsigned level, uint64_t pte, uint64_t *made)
{
    fref_t r;
    int rc;

    if ((pte & pte_disallowed(c->pt_owner, level)) != 0)
        return -EINVAL;
    rc = table_get(c, pte_mfn(pte), level - 1, &r);
    if (rc != 0)
        return rc;
    *made = pte_make(r, pte_for_user(pte), true);
    return 0;
}

int update_upper(struct mmu_ctx *c, mfn_t table, unsigned level, unsigned i, uint64_t value, bool preserve_ad,
                 bool *committed)
{
    uint64_t pte = value, old;

    if (level == KIND_L4 && i >= HV_L4_FIRST && i <= HV_L4_LAST)
        return -EINVAL;
    if (pte_present(value)) {
        int rc = upper_entry_make(c, level, value, &pte);

        if (rc != 0)
            return rc;
    }
    old = pt_commit(table, i, pte, preserve_ad ? PTE_AD : 0);
    *committed = true;
    if (level == KIND_L4)
        tlb_root_changed(table);
    if (!pte_present(old))
        return 0;
    return table_put(c, pte_table_ref(old), level - 1);
}

void mmu_finish(struct mmu_ctx *c)
{
    if (c->flush)
        tlb_flush_local(); /* other CPUs: before the frame is written to (core/frame.h) */
    c->flush = false;
}

int l1_find(struct vcpu *v, uint64_t va, fref_t *table, unsigned *slot)
{
    mfn_t t = fref_mfn(v->kernel_mode ? v->kernel_pt : v->user_pt);
    uint64_t e;

    /* A guest's addresses go from the end of the hypervisor's, through 0, to the end of the lower half.  What is not
     * canonical would be looked for elsewhere, in the hypervisor's own tables too. */
    if (va >= 1UL << 47 && va < HV_VIRT_END)
        return -EFAULT;
    /*@ loop invariant KIND_L1 <= l <= KIND_L4;
        loop assigns l, e, t;
        loop variant l;
    */
    for (unsigned l = KIND_L4; l > KIND_L1; l--) {
        e = pt_peek(t, (unsigned)(va >> (PAGE_SHIFT + 9 * (l - 1))) & 511);
        if (!pte_present(e))
            return -EFAULT;
        t = pte_mfn(e);
    }
    *slot = (unsigned)(va / PAGE_SIZE % 512);
    /* Whatever the walk met, this is an L1 of the domain's own, or it fails. */
    return frame_get_sealed(t, v->domain->id, KIND_L1, table) == 0 ? 0 : -EFAULT;
}

int pvmmu_lookup(struct vcpu *v, gva_t va, uint64_t *pte_out)
{
    struct mmu_ctx c = { .v = v, .pt_owner = v->domain, .pg_owner = v->domain };
    fref_t table;
    unsigned i;
    int rc = l1_find(v, va.v, &table, &i);

    if (rc != 0)
        return rc;
    *pte_out = pt_load(fref_mfn(table), i);
    table_put_to_end(&c, table, KIND_L1); /* another CPU may have torn down the rest meanwhile */
    mmu_finish(&c);
    return pte_present(*pte_out) ? 0 : -EFAULT;
}
