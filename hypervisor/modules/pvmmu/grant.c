/* SPDX-License-Identifier: MIT */
/* Mappings of granted frames (Xen public header grant_table.h). */
#include "core/tlb.h"
#include "core/guest.h"
#include "core/log.h"
#include "modules/pvmmu/pvmmu.h"
#include "ports/pvmmu.h"

/* The L1 slot that `where` names, its table held. */
static int slot_find(struct vcpu *v, uint64_t where, bool contains_pte, SC_OWNED fref_t *table, unsigned *slot)
{
    if (!contains_pte)
        return l1_find(v, where, table, slot) == 0 ? 0 : -EINVAL;
    if ((where & 7) != 0)
        return -EINVAL;
    *slot = (unsigned)(where & (PAGE_SIZE - 1)) / 8;
    return frame_get_sealed(maddr_to_mfn(maddr(where)), v->domain->id, KIND_L1, table);
}

static void table_drop(struct vcpu *v, SC_OWNED fref_t table)
{
    struct mmu_ctx c = { .v = v, .pt_owner = v->domain, .pg_owner = v->domain };

    table_put_to_end(&c, table, KIND_L1);
    mmu_finish(&c);
}

/* What was there. */
static uint64_t slot_replace(mfn_t table, unsigned slot, uint64_t pte)
{
    uint64_t old = pt_commit(table, slot, pte, 0);

    if (pte_present(old))
        frame_put(pte_ref(old));
    return old;
}

int pvmmu_grant_map(struct vcpu *v, uint64_t where, bool contains_pte, bool readonly, uint64_t avail, fref_t ref)
{
    uint64_t flags = PTE_U | PTE_D | PTE_NX | (avail & 0xe00); /* not PTE_A: see pvmmu_grant_unmap */
    unsigned slot;
    fref_t table;
    int rc;

    if (readonly && fref_is_rw(ref)) {
        frame_put(ref);
        return -EINVAL; /* the entry could not tell which reference it owns */
    }
    rc = slot_find(v, where, contains_pte, &table, &slot);
    if (rc != 0) {
        frame_put(ref);
        return rc;
    }
    (void)slot_replace(fref_mfn(table), slot, pte_make(ref, flags, !readonly));
    table_drop(v, table);
    return 0;
}

static bool entry_maps(uint64_t pte, mfn_t m, bool readonly)
{
    return pte_present(pte) && pte_mfn(pte).v == m.v && ((pte & PTE_W) == 0) == readonly;
}

/* Take the entry at new_va out of its slot, to be put into another (unmap_and_replace). */
static int entry_take(struct vcpu *v, uint64_t new_va, uint64_t *pte)
{
    unsigned slot;
    fref_t table;

    if (l1_find(v, new_va, &table, &slot) != 0)
        return -EINVAL;
    *pte = pt_commit(fref_mfn(table), slot, 0, 0);
    table_drop(v, table);
    return 0;
}

/*
 * The frame goes back to its owner: no translation of it may stay, at whatever address the table is mapped.  No CPU has
 * one of an entry that it has not marked accessed (SDM vol. 3, 4.10.2.3 and 4.10.4.3), and the mark of an entry for
 * another domain's frame stays (update_l1).
 */
static void entry_flush(const struct domain *d, uint64_t old)
{
    if ((old & PTE_A) != 0)
        tlb_flush_domain(d);
}

int pvmmu_grant_unmap(struct vcpu *v, uint64_t where, bool contains_pte, mfn_t m, bool readonly, uint64_t new_pte_gva)
{
    uint64_t pte = 0;
    unsigned slot;
    fref_t table;
    int rc = slot_find(v, where, contains_pte, &table, &slot);

    if (rc != 0)
        return rc;
    if (!entry_maps(pt_load(fref_mfn(table), slot), m, readonly))
        rc = -EINVAL;
    if (rc == 0 && new_pte_gva != 0)
        rc = entry_take(v, new_pte_gva, &pte);
    if (rc == 0)
        entry_flush(v->domain, slot_replace(fref_mfn(table), slot, pte));
    table_drop(v, table);
    return rc;
}
