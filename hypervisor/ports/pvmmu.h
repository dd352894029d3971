/* SPDX-License-Identifier: MIT */
/*
 * Port pvmmu: what others ask of the module that keeps guests' page tables.
 */
#ifndef PORTS_PVMMU_H
#define PORTS_PVMMU_H

#include "core/domain.h"
#include "core/pt.h"

/*
 * Put a granted frame into the caller's address space (GNTTABOP_map_grant_ref).
 * where: a guest virtual address, or with contains_pte the machine address of an
 * L1 entry (GNTMAP_contains_pte).  The entry may hold an old mapping; its reference
 * is dropped.  ref is consumed, also on error.
 * readonly: the entry gets no write right; ref must be RO then.
 * avail: software bits for the entry.
 * 0, -EINVAL (no such L1, misaligned), -EBUSY.
 */
/*@ requires \valid(v) && \valid_read(v->domain) && \separated(v, v->domain);
    requires nothing_in_hand && ref.v != 0 && ref.v == ref_got;
    assigns ref_got, table_got, table_for, table_kind, entry_made, entry_for, entry_out, put_entry, put_over,
      put_table, put_slot, put_for, put_flushed \from \nothing;
    ensures balance: nothing_in_hand;
    ensures refused: \result != 0 ==> \result < 0 && nothing_put{Pre, Post};
    ensures his_table: \result == 0 ==> table_for == v->domain->id && table_kind == KIND_L1 &&
      put_table == table_got / 4096;
    ensures frame: \result == 0 ==> entry_present(put_entry) && entry_users(put_entry) &&
      entry_frame(put_entry) == ref.v / 4096 % 0x10000000000;
    ensures whose: \result == 0 ==> put_for == ref_for;
    ensures rights: \result == 0 && entry_writes(put_entry) ==> !readonly && ref.v / 2 % 8 != 0;
    ensures guests: \result == 0 && !contains_pte ==> where < 0x800000000000 || where >= HV_VIRT_END;
*/
SC_NODISCARD int pvmmu_grant_map(struct vcpu *v, uint64_t where, bool contains_pte, bool readonly, uint64_t avail,
                                 SC_OWNED fref_t ref);
/*
 * Clear (or with new_pte_gva set, replace by the entry found there:
 * GNTTABOP_unmap_and_replace) the entry at where, which must map frame m with the
 * given right.  Drops the entry's reference.  0, or -EINVAL: also if another vcpu changed the entry meanwhile, and then
 * an entry that was to replace it is given up.
 */
/*@ requires \valid(v) && \valid_read(v->domain) && \separated(v, v->domain);
    requires nothing_in_hand && m.v < 0x10000000000;
    assigns table_got, table_for, table_kind, entry_made, entry_out, put_entry, put_over, put_table, put_slot, put_for,
      put_flushed \from \nothing;
    ensures balance: nothing_in_hand;
    ensures refused: \result <= 0;
    ensures ended: \result == 0 ==> entry_present(put_over) && entry_frame(put_over) == m.v &&
      (entry_writes(put_over) <==> !readonly);
    ensures flushed: \result == 0 && entry_accessed(put_over) ==> put_flushed == v->domain;
    ensures cleared: \result == 0 && new_pte_gva == 0 ==> !entry_present(put_entry);
*/
SC_NODISCARD int pvmmu_grant_unmap(struct vcpu *v, uint64_t where, bool contains_pte, mfn_t m, bool readonly,
                                   uint64_t new_pte_gva);

/* A page fault of the running guest: true when handled (writable page table, spurious, LDT). */
bool pvmmu_fault(struct vcpu *v, uint64_t address, uint32_t error_code);

/*
 * For the end of a domain, none of whose vcpus is on a CPU, in pieces.  False: not done, call again after a preemption
 * point, for the same.  What v's hypercall was at when it was stopped is completed; its base tables and descriptor
 * pages are given up.  And the frame is not a table that d has pinned any more.
 */
SC_NODISCARD bool pvmmu_vcpu_release(struct vcpu *v);
SC_NODISCARD bool pvmmu_unpin_release(struct domain *d, mfn_t m);

/* Machine frame mapped at va in the guest's address space, with its L1 entry; -EFAULT if none. */
/*@ requires \valid(v) && \valid_read(v->domain) && \separated(pte_out, v, v->domain);
    assigns *pte_out, table_got, table_for, table_kind;
    ensures \result == 0 || \result == -EFAULT;
    ensures present: \result == 0 ==> entry_present(*pte_out);
    ensures guests: \result == 0 ==> va.v < 0x800000000000 || va.v >= HV_VIRT_END;
*/
SC_NODISCARD int pvmmu_lookup(struct vcpu *v, gva_t va, uint64_t *pte_out);

#endif
