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

SC_INLINE mfn_t pte_mfn(uint64_t pte)
{
    return mfn((pte & PTE_ADDR) >> PAGE_SHIFT);
}
SC_INLINE bool pte_present(uint64_t pte)
{
    return (pte & PTE_P) != 0;
}

/* A present entry for ref; flags: all bits but the address and the right to write. */
SC_INLINE uint64_t pte_make(SC_OWNED fref_t ref, uint64_t flags, bool writable)
{
    SC_REQUIRE(!fref_is_none(ref));
    uint64_t w = writable && (ref.v & (FREF_TAG_RW | FREF_TAG_IO | FREF_TAG_PT)) != 0 ? PTE_W : 0;

    return (ref.v & PTE_ADDR) | (flags & ~(PTE_ADDR | PTE_W)) | w | PTE_P;
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
SC_INLINE SC_NODISCARD uint64_t pt_commit(mfn_t table, unsigned i, uint64_t pte)
{
    return __atomic_exchange_n(pt_slot(table, i), pte, __ATOMIC_SEQ_CST);
}
/* Replace *old by pte if it is still there; otherwise *old is what is. */
SC_INLINE SC_NODISCARD bool pt_commit_if(mfn_t table, unsigned i, uint64_t *old, uint64_t pte)
{
    return __atomic_compare_exchange_n(pt_slot(table, i), old, pte, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}
/* While building: the entry is the builder's alone. */
SC_INLINE void pt_adopt(mfn_t table, unsigned i, uint64_t pte)
{
    __atomic_store_n(pt_slot(table, i), pte, __ATOMIC_RELAXED);
}

#endif
