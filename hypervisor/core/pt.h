/* SPDX-License-Identifier: MIT */
/*
 * pt.h - slots of guest page tables, the second half of the floor.
 *
 * Who calls holds a reference to the table (frame_get_sealed) or builds it.
 * pt_commit consumes the reference that the new entry carries and yields the
 * old entry, whose reference the caller now owns: pte_ref().
 * The right to write is in an entry only if its reference is RW.
 */
#ifndef CORE_PT_H
#define CORE_PT_H

#include "core/frame.h"
#include "core/hvmap.h"
#include "core/pte_word.h"

/* For proofs: the entry that was made of a reference and is in no slot yet, and whose frame it names. */
/*@ ghost uint64_t entry_made; */
/*@ ghost int entry_for; */
/* The entry that came out of a slot and whose reference nobody has taken yet. */
/*@ ghost uint64_t entry_out; */
/* What this CPU put into a slot last, over what, where, and whose frame that names. AS_BEFORE: whose an entry named
 * that was in a slot before. */
#define AS_BEFORE (-1)
/*@ ghost uint64_t put_entry; */
/*@ ghost uint64_t put_over; */
/*@ ghost uint64_t put_table; */
/*@ ghost unsigned put_slot; */
/*@ ghost int put_for; */
/* A descriptor that a guest may have: absent, or for ring 3, and then code or data, marked accessed, or of type 0. */
/*@ predicate descriptor_safe(uint64_t d) = (d & 1UL << 47) == 0 ||
      ((d & 1UL << 45) != 0 && (d & 1UL << 46) != 0 && ((d & 1UL << 44) != 0 ==> (d & 1UL << 40) != 0) &&
       ((d & 1UL << 44) == 0 ==> \exists uint64_t e; d == (e | 3UL << 45) && (e & 0xfUL << 40) == 0));
*/
/*@ predicate nothing_in_hand = entry_made == 0 && entry_out == 0;
    predicate in_hand(integer pte) = pte % 2 == 0 ? nothing_in_hand :
      (entry_made == pte && entry_out == 0) || (entry_made == 0 && entry_out == pte);
    predicate nothing_put{A, B} = \at(put_entry, A) == \at(put_entry, B) && \at(put_over, A) == \at(put_over, B) &&
      \at(put_table, A) == \at(put_table, B) && \at(put_slot, A) == \at(put_slot, B) &&
      \at(put_for, A) == \at(put_for, B) && \at(put_flushed, A) == \at(put_flushed, B);
    predicate put_at(mfn_t table, integer i) = put_table == table.v && put_slot == i % 512;
    predicate out_is(integer pte) = entry_made == 0 && entry_out == (pte % 2 == 1 ? pte : 0);
    predicate is_hv_slot(integer level, integer k) = level == KIND_L4 && HV_L4_FIRST <= k <= HV_L4_LAST;
    // The slot owns its reference, or needs none; it has been taken, or there was none.
    predicate slot_owns(integer k) = slots_kind == KIND_SEG ? descriptor_safe(slot_put[k]) :
      is_hv_slot(slots_kind, k) || !entry_present(slot_put[k]) || slot_whose[k] >= 0;
    predicate slot_gone(integer k) = slots_kind == KIND_SEG || is_hv_slot(slots_kind, k) || slot_whose[k] == GIVEN_UP;
*/

SC_INLINE mfn_t pte_mfn(uint64_t pte)
{
    return mfn(pte_frame(pte));
}

/* A present entry for ref; flags: all bits but the address and the right to write. */
SC_INLINE uint64_t pte_make(SC_OWNED fref_t ref, uint64_t flags, bool writable)
{
    SC_REQUIRE(!fref_is_none(ref));
    bool may_write = (ref.v & (FREF_TAG_RW | FREF_TAG_IO | FREF_TAG_PT)) != 0;

    return pte_of(fref_mfn(ref).v, flags, writable && may_write);
}

/* The reference that a present L1 entry owns: the frame is held so, by whomever. */
SC_INLINE SC_OWNED fref_t pte_ref(uint64_t pte)
{
    mfn_t m = pte_mfn(pte);
    bool rw = (pte & PTE_W) != 0;
    uint64_t s;

    if (unlikely(!frame_valid(m)) || unlikely(frame_owner(m) == (DOMID_IO & 0x7fff)))
        return (fref_t){ (pte & PTE_ADDR) | FREF_TAG_IO };
    s = frame_state(m);
    SC_REQUIRE(rw ? (s & FS_KIND_MASK) != 0 && (s & FS_TYPE_MASK) == 0 : (s & FS_RO_MASK) != 0);
    return (fref_t){ (pte & PTE_ADDR) | (rw ? FREF_TAG_RW : FREF_TAG_RO) };
}

/* The reference that a present L2-L4 entry owns: a table in use. */
SC_INLINE SC_OWNED fref_t pte_table_ref(uint64_t pte)
{
    SC_REQUIRE(frame_is_table_in_use(pte_mfn(pte)));
    return (fref_t){ (pte & PTE_ADDR) | FREF_TAG_PT };
}

/* A table is being built: the reference of who asked for that. Building counts it; done, it is his. */
SC_INLINE SC_OWNED fref_t pt_built_ref(mfn_t table)
{
    SC_REQUIRE(frame_is_table_in_use(table));
    return (fref_t){ mfn_to_maddr(table).v | FREF_TAG_PT };
}

/* The slots of a frame that is a table, sealed or being built. */
SC_CORE SC_COUNT(512) SC_INLINE uint64_t *pt_slots(mfn_t table)
{
    SC_REQUIRE((frame_state(table) & FS_TYPE_MASK) != 0);
    return frame_words(table);
}
/* Slot i, to be written: an L4's 256 to 271 are the hypervisor's. */
SC_CORE SC_INLINE uint64_t *pt_slot(mfn_t table, unsigned i)
{
    uint64_t type = frame_state(table) & FS_TYPE_MASK;

    SC_REQUIRE(type != 0 && (type != FS_TYPE(KIND_L4) || (i & 511) < HV_L4_FIRST || (i & 511) > HV_L4_LAST));
    return &frame_words(table)[i & 511];
}

SC_INLINE uint64_t pt_load(mfn_t table, unsigned i)
{
    return __atomic_load_n(&pt_slots(table)[i & 511], __ATOMIC_RELAXED);
}
/* For a walk that holds nothing: what the slot says; not present where there is no table, or none any more. */
SC_INLINE uint64_t pt_peek(mfn_t m, unsigned i)
{
    if (!frame_valid(m) || frame_word_type(frame_state(m)) == 0)
        return 0;
    return __atomic_load_n(&frame_words(m)[i & 511], __ATOMIC_RELAXED);
}
/* Put pte there, with those marks of the old entry (accessed, dirty) that keep has, and give the old one. */
SC_INLINE SC_NODISCARD uint64_t pt_commit(mfn_t table, unsigned i, uint64_t pte, uint64_t keep)
{
    uint64_t *slot = pt_slot(table, i), old;

    if (likely(keep == 0))
        return __atomic_exchange_n(slot, pte, __ATOMIC_SEQ_CST);
    old = __atomic_load_n(slot, __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(slot, &old, pte | (old & keep), false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
        ;
    return old;
}
/* As pt_commit, if the slot maps the same frame with the same rights as pte, so that its reference stays: true. */
SC_INLINE bool pt_commit_same(mfn_t table, unsigned i, uint64_t pte, uint64_t keep)
{
    uint64_t *slot = pt_slot(table, i), old = __atomic_load_n(slot, __ATOMIC_RELAXED);

    while (pte_same_place(old, pte)) {
        if (__atomic_compare_exchange_n(slot, &old, pte | (old & keep), false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
            return true;
    }
    return false;
}
/* Put pte there if the slot maps the same frame with the same rights as mapped: true. *old: what was there, or is. */
SC_INLINE SC_NODISCARD bool pt_commit_over(mfn_t table, unsigned i, uint64_t mapped, uint64_t pte, uint64_t *old)
{
    uint64_t *slot = pt_slot(table, i);

    *old = __atomic_load_n(slot, __ATOMIC_RELAXED);
    while (pte_same_place(*old, mapped)) {
        if (__atomic_compare_exchange_n(slot, old, pte, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
            return true;
    }
    return false;
}
/* Replace *old by pte if it is still there; otherwise *old is what is. */
SC_INLINE SC_NODISCARD bool pt_commit_if(mfn_t table, unsigned i, uint64_t *old, uint64_t pte)
{
    return __atomic_compare_exchange_n(pt_slot(table, i), old, pte, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}
/* Into a page of descriptors that is held or being built. */
SC_INLINE void pt_adopt_descriptor(mfn_t table, unsigned i, uint64_t descriptor)
{
    __atomic_store_n(pt_slot(table, i), descriptor, __ATOMIC_RELAXED);
}
/*
 * A table that is being built or torn down is its builder's alone, and has an account of how far that is: slots [0, n)
 * own their references.  The account is read (no table of that kind in use: the module fails), slots are adopted, or
 * their references given up, and the account is written.
 */
SC_INLINE unsigned pt_progress(mfn_t table, unsigned kind)
{
    uint64_t n = frame_table()[table.v].aux;

    SC_REQUIRE(frame_is_table_in_use(table) && frame_word_type(frame_state(table)) == kind && n <= 512);
    return (unsigned)n;
}
SC_INLINE void pt_progress_set(mfn_t table, unsigned n)
{
    SC_REQUIRE(frame_is_table_in_use(table) && n <= 512);
    frame_table()[table.v].aux = n;
}
SC_INLINE uint64_t pt_find(mfn_t table, unsigned i)
{
    return pt_load(table, i);
}
SC_INLINE void pt_adopt(mfn_t table, unsigned i, uint64_t pte)
{
    __atomic_store_n(pt_slot(table, i), pte, __ATOMIC_RELAXED);
}
/* While tearing down: what slot i has, whose reference is the caller's from now on. */
SC_INLINE uint64_t pt_give_up(mfn_t table, unsigned i)
{
    return pt_load(table, i);
}

#endif
