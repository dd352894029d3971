/* SPDX-License-Identifier: MIT */
/* Mappings of granted frames (Xen public header grant_table.h). */
#include "core/tlb.h"
#include "core/guest.h"
#include "core/log.h"
#include "modules/pvmmu/pvmmu.h"
#include "ports/pvmmu.h"

/* The L1 slot that `where` names, its table held. */
/*@ requires \valid(v) && \valid_read(v->domain);
    assigns *table, *slot, table_got, table_for, table_kind;
    ensures refused: \result <= 0;
    ensures held: \result == 0 ==> table->v % 16 == FREF_TAG_PT && table_got == table->v &&
      table_for == v->domain->id && table_kind == KIND_L1;
    ensures guests: \result == 0 && !contains_pte ==> where < 0x800000000000 || where >= HV_VIRT_END;
*/
static int slot_find(struct vcpu *v, uint64_t where, bool contains_pte, SC_OWNED fref_t *table, unsigned *slot)
{
    if (!contains_pte)
        return l1_find(v, where, table, slot) == 0 ? 0 : -EINVAL;
    if (where % 8 != 0)
        return -EINVAL;
    *slot = (unsigned)(where % PAGE_SIZE / 8);
    return frame_get_sealed(maddr_to_mfn(maddr(where)), v->domain->id, KIND_L1, table);
}

/*@ requires \separated(v, v->domain);
    assigns \nothing;
*/
static void table_drop(struct vcpu *v, SC_OWNED fref_t table)
{
    struct mmu_ctx c = { .v = v, .pt_owner = v->domain, .pg_owner = v->domain };

    table_put_to_end(&c, table, KIND_L1);
    mmu_finish(&c);
}

int pvmmu_grant_map(struct vcpu *v, uint64_t where, bool contains_pte, bool readonly, uint64_t avail, fref_t ref)
{
    uint64_t flags = PTE_NX + avail % 0x1000 / 0x200 * 0x200 + PTE_D + PTE_U, old; /* not PTE_A: see entry_flush */
    unsigned slot;
    fref_t table;
    int rc;

    /*@ assert users: flags % 8 == 4; */
    if (readonly && fref_is_rw(ref)) {
        frame_put(ref);
        return -EINVAL; /* the entry could not tell which reference it owns */
    }
    rc = slot_find(v, where, contains_pte, &table, &slot);
    if (rc != 0) {
        frame_put(ref);
        return rc;
    }
    old = pt_commit(fref_mfn(table), slot, pte_make(ref, flags, !readonly), 0);
    if (pte_present(old))
        frame_put(pte_ref(old));
    table_drop(v, table);
    return 0;
}

/* Take the entry at new_va out of its slot, to be put into another (unmap_and_replace). */
/*@ requires \valid(v) && \valid_read(v->domain) && nothing_in_hand && \separated(pte, v, v->domain);
    assigns *pte, table_got, table_for, table_kind, entry_made, entry_out, put_entry, put_over, put_table, put_slot,
      put_for, put_flushed \from \nothing;
    ensures refused: \result != 0 ==> \result < 0 && nothing_in_hand && *pte == \old(*pte);
    ensures taken: \result == 0 ==> out_is(*pte);
*/
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
/*@ requires put_flushed == \null;
    assigns put_flushed \from d;
    ensures entry_accessed(old) ==> put_flushed == d;
*/
static void entry_flush(const struct domain *d, uint64_t old)
{
    if (pte_accessed(old))
        tlb_flush_domain(d);
}

/* Put pte in the place of the entry that maps m so. Another vcpu may have changed that meanwhile: then it was not this
 * call that ended the mapping, and what is known of its marks is gone; pte is given up. */
/*@ requires in_hand(pte) && \valid_read(d) && m.v < 0x10000000000;
    assigns entry_made, entry_out, put_entry, put_over, put_table, put_slot, put_for, put_flushed \from \nothing;
    ensures balance: nothing_in_hand;
    ensures refused: \result != 0 ==> \result == -EINVAL;
    ensures ended: \result == 0 ==> put_at(table, slot) && put_entry == pte && entry_present(put_over) &&
      entry_frame(put_over) == m.v && (entry_writes(put_over) <==> !readonly);
    ensures flushed: \result == 0 && entry_accessed(put_over) ==> put_flushed == d;
*/
static int entry_end(const struct domain *d, mfn_t table, unsigned slot, mfn_t m, bool readonly, uint64_t pte)
{
    uint64_t old;

    if (!pt_commit_over(table, slot, pte_of(m.v, 0, !readonly), pte, &old)) {
        if (pte_present(pte))
            frame_put(pte_ref(pte));
        return -EINVAL;
    }
    frame_put(pte_ref(old));
    entry_flush(d, old);
    return 0;
}

int pvmmu_grant_unmap(struct vcpu *v, uint64_t where, bool contains_pte, mfn_t m, bool readonly, uint64_t new_pte_gva)
{
    uint64_t pte = 0;
    unsigned slot;
    fref_t table;
    int rc = slot_find(v, where, contains_pte, &table, &slot);

    if (rc != 0)
        return rc;
    if (!pte_same_place(pt_load(fref_mfn(table), slot), pte_of(m.v, 0, !readonly)))
        rc = -EINVAL;
    if (rc == 0 && new_pte_gva != 0)
        rc = entry_take(v, new_pte_gva, &pte);
    if (rc == 0)
        rc = entry_end(v->domain, fref_mfn(table), slot, m, readonly, pte);
    table_drop(v, table);
    return rc;
}
