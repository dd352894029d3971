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

int l1_ref_get(const struct mmu_ctx *c, uint64_t pte, fref_t *out)
{
    mfn_t m = pte_mfn(pte);

    if (unlikely(!frame_valid(m)) || unlikely(frame_owner(m) == (DOMID_IO & 0x7fff))) {
        if (!c->v->domain->privileged)
            return -EPERM;
        return frame_get_io(m, out);
    }
    if (unlikely(c->pg_owner == NULL))
        return -EINVAL;
    if ((pte & PTE_W) != 0)
        return frame_get_rw(m, c->pg_owner->id, out);
    return frame_get_ro(m, c->pg_owner->id, out);
}

/* What the guest makes of an entry whose frame stays: that another domain's frame was accessed stays too, so that
 * pvmmu_grant_unmap can go by it. */
static uint64_t keep_accessed(const struct mmu_ctx *c, uint64_t pte, uint64_t old)
{
    if ((old & ~pte & PTE_A) == 0 || (frame_valid(pte_mfn(old)) && frame_owner(pte_mfn(old)) == c->pt_owner->id))
        return pte;
    return pte | PTE_A;
}

static uint64_t keep_ad(uint64_t pte, uint64_t old, bool preserve_ad)
{
    return preserve_ad ? pte | (old & PTE_AD) : pte;
}

int update_l1(struct mmu_ctx *c, mfn_t table, unsigned i, uint64_t value, bool preserve_ad)
{
    uint64_t old = pt_load(table, i), pte = value;
    fref_t r;
    int rc;

    if (pte_present(value)) {
        if (unlikely((value & pte_disallowed(c->pt_owner, KIND_L1)) != 0))
            return -EINVAL;
        value = (value & ~PTE_G) | PTE_U;
        /* Same frame, same rights: the slot's reference stays as it is. */
        while (((old ^ value) & (PTE_ADDR | PTE_W | PTE_P)) == 0) {
            if (pt_commit_if(table, i, &old, keep_accessed(c, keep_ad(value, old, preserve_ad), old)))
                return 0;
        }
        rc = l1_ref_get(c, value, &r);
        if (unlikely(rc != 0))
            return rc;
        pte = pte_make(r, value, (value & PTE_W) != 0);
    }
    if (preserve_ad) {
        while (!pt_commit_if(table, i, &old, keep_ad(pte, old, true)))
            ;
    } else {
        old = pt_commit(table, i, pte);
    }
    if (pte_present(old))
        frame_put(pte_ref(old));
    return 0;
}

int update_l1_if(struct mmu_ctx *c, mfn_t t, unsigned i, uint64_t *expected, uint64_t value)
{
    uint64_t pte = value, old = *expected;
    fref_t r;
    int rc;

    if (pte_present(value)) {
        if ((value & pte_disallowed(c->pt_owner, KIND_L1)) != 0)
            return -EINVAL;
        rc = l1_ref_get(c, value, &r);
        if (rc != 0)
            return rc;
        pte = pte_make(r, (value & ~PTE_G) | PTE_U, (value & PTE_W) != 0);
    }
    if (!pt_commit_if(t, i, expected, pte)) {
        if (pte_present(pte))
            frame_put(pte_ref(pte));
        return -EAGAIN;
    }
    if (pte_present(old))
        frame_put(pte_ref(old));
    return 0;
}

int update_upper(struct mmu_ctx *c, mfn_t table, unsigned level, unsigned i, uint64_t value, bool preserve_ad,
                 bool *committed)
{
    uint64_t old = pt_load(table, i), pte = value;
    fref_t r;
    int rc;

    if (level == KIND_L4 && i >= HV_L4_FIRST && i <= HV_L4_LAST)
        return -EINVAL;
    if (pte_present(value)) {
        if ((value & pte_disallowed(c->pt_owner, level)) != 0)
            return -EINVAL;
        rc = table_get(c, pte_mfn(value), level - 1, &r);
        if (rc != 0)
            return rc;
        pte = pte_make(r, value | PTE_U, true);
    }
    if (preserve_ad) {
        while (!pt_commit_if(table, i, &old, keep_ad(pte, old, true)))
            ;
    } else {
        old = pt_commit(table, i, pte);
    }
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
    if (va - HV_VIRT_END >= (1UL << 47) - HV_VIRT_END)
        return -EFAULT;
    for (unsigned l = KIND_L4; l > KIND_L1; l--) {
        e = pt_peek(t, (unsigned)(va >> (PAGE_SHIFT + 9 * (l - 1))) & 511);
        if (!pte_present(e))
            return -EFAULT;
        t = pte_mfn(e);
    }
    *slot = (unsigned)(va >> PAGE_SHIFT) & 511;
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
