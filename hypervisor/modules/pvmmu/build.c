/* SPDX-License-Identifier: MIT */
/* A table's slots, adopted one by one while it is built. */
#include "modules/pvmmu/pvmmu.h"

bool hv_slot(unsigned level, unsigned i)
{
    return level == KIND_L4 && i >= HV_L4_FIRST && i <= HV_L4_LAST;
}

unsigned build_l1(struct mmu_ctx *c, mfn_t table, unsigned from, int *err)
{
    /*@ loop invariant from <= i <= 512 && *err == 0 && nothing_in_hand;
        loop invariant adopted: \forall integer k; from <= k < i ==> adopted_l1(c, k);
        loop invariant bits: \forall integer k; from <= k < i ==> no_bad_bits(c, KIND_L1, k);
        loop invariant owns: \forall integer k; from <= k < i ==> slot_owns(k);
        loop invariant rest: \forall integer k; i <= k < 512 ==> slot_whose[k] == NOT_ADOPTED;
        loop assigns i, *err, ref_got, ref_for, entry_made, entry_for, slots_behind, slot_found[0 .. 511],
          slot_put[0 .. 511], slot_whose[0 .. 511];
        loop variant 512 - i;
    */
    for (unsigned i = from; i < 512; i++) {
        uint64_t pte = pt_find(table, i), made;

        if (!pte_present(pte))
            continue;
        *err = l1_entry_make(c, pte, &made);
        if (unlikely(*err != 0))
            return i;
        pt_adopt(table, i, made);
        /*@ assert asked: slot_found[i] == pte && same_place(slot_put[i], slot_found[i]); */
        /*@ assert marks: entry_users(slot_put[i]) && !entry_global(slot_put[i]); */
        /*@ assert whose: may_map(c, slot_whose[i]); */
        /*@ assert owns: slot_whose[i] >= 0; */
        /*@ assert bits: (slot_found[i] & disallowed(c->pt_owner, KIND_L1)) == 0; */
        /*@ assert this: adopted_l1(c, i); */
    }
    return 512;
}

unsigned build_seg(mfn_t table, int *err)
{
    /*@ loop invariant 0 <= i <= 512 && *err == 0;
        loop invariant safe: \forall integer k; 0 <= k < i ==> descriptor_safe(slot_put[k]);
        loop invariant rest: \forall integer k; i <= k < 512 ==> slot_whose[k] == NOT_ADOPTED;
        loop assigns i, slot_found[0 .. 511], slot_put[0 .. 511], slot_whose[0 .. 511];
        loop variant 512 - i;
    */
    for (unsigned i = 0; i < 512; i++) {
        uint64_t d = pt_find(table, i);

        if (!descriptor_fix(&d)) {
            *err = -EINVAL;
            return 0;
        }
        pt_adopt_descriptor(table, i, d);
    }
    return 512;
}

unsigned build_upper(struct mmu_ctx *c, mfn_t table, unsigned level, unsigned from, int *err, mfn_t *below)
{
    uint64_t bad = pte_disallowed(c->pt_owner, level);

    /*@ loop invariant from <= i <= 512 && *err == 0 && nothing_in_hand;
        loop invariant adopted: \forall integer k; from <= k < i && !is_hv_slot(level, k) ==>
          adopted_upper(c, level, k);
        loop invariant bits: \forall integer k; from <= k < i && !is_hv_slot(level, k) ==> no_bad_bits(c, level, k);
        loop invariant ours: hv_slots_same{Pre, Here}(level);
        loop invariant owns: \forall integer k; from <= k < i ==> slot_owns(k);
        loop invariant rest: \forall integer k; i <= k < 512 ==> slot_whose[k] == NOT_ADOPTED;
        loop invariant none: tables_begun == \at(tables_begun, Pre);
        loop assigns i, *err, *below, ref_got, ref_for, entry_kind, entry_made, entry_for, slots_behind,
          slot_found[0 .. 511], slot_put[0 .. 511], slot_whose[0 .. 511], tables_begun;
        loop variant 512 - i;
    */
    for (unsigned i = from; i < 512; i++) {
        uint64_t pte = hv_slot(level, i) ? 0 : pt_find(table, i);
        fref_t r = FREF_NONE;

        if (!pte_present(pte))
            continue;
        *below = pte_mfn(pte);
        *err = (pte & bad) != 0 ? -EINVAL : frame_get_table(*below, c->pt_owner->id, level - 1, &r);
        if (*err != 0)
            return i;
        /*@ assert below: entry_kind == level - 1; */
        pt_adopt(table, i, pte_make(r, pte_for_user(pte), true));
        /*@ assert asked: slot_found[i] == pte && entry_frame(slot_put[i]) == entry_frame(pte); */
        /*@ assert users: entry_users(slot_put[i]) && slot_whose[i] == c->pt_owner->id; */
        /*@ assert owns: slot_whose[i] >= 0; */
        /*@ assert bits: (slot_found[i] & disallowed(c->pt_owner, level)) == 0; */
        /*@ assert this: adopted_upper(c, level, i); */
    }
    return 512;
}
