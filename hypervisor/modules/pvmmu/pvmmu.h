/* SPDX-License-Identifier: MIT */
/*
 * pvmmu.h - page tables of PV guests (Xen public header xen.h, "MMU UPDATES").
 *
 * Invariant (the fourth paper's constraint (1): no access outside what a guest
 * was given): every mapping a guest can use leads to a frame it owns or was
 * granted, with the rights it was given, or traps; and no page-table, GDT or
 * LDT frame is ever writable to a guest.
 *
 * @ predicate slot_inv(mfn_t t, integer i, uint64_t e) =
 * @   !pte_present(e)
 * @   || (frame_kind(t) == KIND_L1 ==>
 * @         io_permitted(frame_owner(t), pte_mfn(e))
 * @         || ((e & PTE_W) != 0 ==> holds(t, i, pte_mfn(e), KIND_RW))
 * @            && ((e & PTE_W) == 0 ==> holds(t, i, pte_mfn(e), RO)))
 * @   || (KIND_L2 <= frame_kind(t) <= KIND_L4 && !hv_slot(t, i) ==>
 * @         holds(t, i, pte_mfn(e), frame_kind(t) - 1));
 * @ predicate table_inv(mfn_t t) =
 * @   sealed(t) ==> \forall integer i; 0 <= i < 512 ==> slot_inv(t, i, slot(t, i));
 * @ predicate frame_inv(mfn_t f) =
 * @   (nr_kind(f) > 0 && frame_kind(f) != KIND_RW ==> no_writable_map(f))
 * @   && nr_kind(f) + nr_ro(f) == references_that_exist(f);
 * @ predicate pvmmu_inv = \forall mfn_t f; valid(f) ==> table_inv(f) && frame_inv(f);
 *
 * Every function below keeps pvmmu_inv: said here, seen to by the twin, over all tables.  holds() is by linear
 * references (core/frame.h): only frame_get_* make one, pt_commit moves one; of one slot that is proved (update.c).
 *
 * No lock: a slot changes by one atomic exchange while the table is held by a
 * reference of its kind, which keeps it from being torn down.
 */
#ifndef MODULES_PVMMU_H
#define MODULES_PVMMU_H

#include "core/domain.h"
#include "core/pt.h"

/* Not an error: something waits for this CPU; call again. */
#define WALK_PREEMPTED 1

enum walk_mode { WALK_BUILD, WALK_TEAR };

/* Tables being built or torn down, the innermost last: four levels; and, before them, one that was to be built for an
 * entry of a table that went meanwhile. */
#define WALK_MAX_DEPTH 5
struct pt_walk {
    uint32_t depth;
    int32_t err; /* why a build failed */
    struct {
        mfn_t table;
        uint8_t level; /* enum frame_kind; KIND_SEG is a one-level build */
        uint8_t mode;
    } at[WALK_MAX_DEPTH];
};

/* For whom a call works, and what it has under way. */
struct mmu_ctx {
    struct vcpu *v;
    struct domain *pt_owner;                      /* whose tables */
    struct domain *pg_owner SC_NULLABLE SC_FIXED; /* whose frames may be mapped; null: device memory only */
    bool flush;                                   /* a table went back to plain memory: no stale walk may see it */
    bool to_end;                                  /* the caller cannot wait: walks are not preempted */
    struct pt_walk walk;
};

/* What is to be done of a request next: try it; run the walk, until what was missing is built or what it displaced is
 * torn down; let go of what it held; run the walk that that began. */
enum mmu_phase { PHASE_TRY, PHASE_BUILD, PHASE_TEAR, PHASE_DROP, PHASE_DROP_TEAR, PHASE_DONE };
enum mmu_op { MMU_UPDATE, MMU_PIN, MMU_UNPIN, MMU_BASE, MMU_USER_BASE, MMU_DROP_BASE, MMU_DROP_USER_BASE };

/*
 * One change that may build or tear down tables, and so may be preempted.
 * It first builds the table it needs and holds it, then tries again; then tears
 * down what it displaced; then lets go of what it held.
 */
struct mmu_request {
    uint8_t op;
    uint8_t kind; /* MMU_UPDATE: of the table; MMU_PIN: wanted */
    bool preserve_ad;
    uint16_t slot;
    mfn_t mfn; /* the table */
    uint64_t value;
    uint8_t phase;
    int32_t rc;
    uint8_t hold_kind;
    fref_t hold;
};

/*@ logic integer disallowed(struct domain *d, integer level) = level == KIND_L1 ?
      (d->privileged ? 0x7ff0000000000000 : 0x7ff0000000000098) : 0x7ff0000000000198;
*/
/*@ predicate may_map(struct mmu_ctx *c, integer who) = who == NOBODYS_DEVICE ? c->v->domain->privileged :
      c->pg_owner != \null && who == c->pg_owner->id;
    predicate valid_ctx(struct mmu_ctx *c) = \valid_read(c->v) && \valid_read(c->v->domain) &&
      \valid_read(c->pt_owner) && (c->pg_owner != \null ==> \valid_read(c->pg_owner));
    predicate entry_apart(uint64_t *p, struct mmu_ctx *c) = \separated(p, c) && \separated(p, c->v) &&
      \separated(p, c->v->domain) && \separated(p, c->pt_owner) &&
      (c->pg_owner != \null ==> \separated(p, c->pg_owner));
    predicate ctx_apart(struct mmu_ctx *c) = \separated(c, c->v) && \separated(c, c->v->domain) &&
      \separated(c, c->pt_owner);
    predicate error_apart(int *p, struct mmu_ctx *c) = \separated(p, c) && \separated(p, c->v) &&
      \separated(p, c->v->domain) && \separated(p, c->pt_owner) &&
      (c->pg_owner != \null ==> \separated(p, c->pg_owner));
    predicate table_apart(mfn_t *p, struct mmu_ctx *c) = \separated(p, c) && \separated(p, c->v) &&
      \separated(p, c->v->domain) && \separated(p, c->pt_owner) &&
      (c->pg_owner != \null ==> \separated(p, c->pg_owner));
    predicate ref_apart(fref_t *p, struct mmu_ctx *c) = \separated(p, c) && \separated(p, c->v) &&
      \separated(p, c->v->domain) && \separated(p, c->pt_owner) &&
      (c->pg_owner != \null ==> \separated(p, c->pg_owner));
    predicate flag_apart(_Bool *p, struct mmu_ctx *c) = \separated(p, c) && \separated(p, c->v) &&
      \separated(p, c->v->domain) && \separated(p, c->pt_owner);
*/
/* What is being built or torn down: each table of a level that leaves room for those below it. */
/*@ predicate walk_fits(struct mmu_ctx *c) = c->walk.depth <= WALK_MAX_DEPTH && c->walk.err <= 0 &&
      (\forall integer i; 0 <= i < c->walk.depth ==> 1 <= c->walk.at[i].level && c->walk.at[i].level + i <= 5 &&
        c->walk.at[i].table.v < 0x10000000000) &&
      (c->walk.depth > 1 ==> c->walk.at[0].level <= KIND_L4);
    predicate only_tears(struct mmu_ctx *c) = c->walk.err == 0 &&
      \forall integer i; 0 <= i < c->walk.depth ==> c->walk.at[i].mode == WALK_TEAR;
    predicate room_for(struct mmu_ctx *c, integer kind) = 1 <= kind && kind + c->walk.depth <= 5 &&
      (c->walk.depth > 0 ==> c->walk.at[0].level <= KIND_L4);
    predicate walk_same{A, B}(struct mmu_ctx *c, integer nr) = \forall integer i; 0 <= i < nr ==>
      \at(c->walk.at[i].table.v, A) == \at(c->walk.at[i].table.v, B) &&
      \at(c->walk.at[i].level, A) == \at(c->walk.at[i].level, B) &&
      \at(c->walk.at[i].mode, A) == \at(c->walk.at[i].mode, B);
    predicate pushed{A, B}(struct mmu_ctx *c, integer kind, integer mode) =
      \at(c->walk.depth, B) == \at(c->walk.depth, A) + 1 && walk_same{A, B}(c, \at(c->walk.depth, A)) &&
      \at(c->walk.at[\at(c->walk.depth, A)].level, B) == kind && \at(c->walk.at[\at(c->walk.depth, A)].mode, B) == mode;
*/
/* A request that is under way: what is held and what is walked is what its phase says. */
/*@ predicate asked_fits{L}(struct mmu_request *q) = q->rc <= 0 && q->phase <= PHASE_DONE &&
      ((q->op == MMU_UPDATE || q->op == MMU_PIN) ==> KIND_L1 <= q->kind <= KIND_L4);
    predicate held_fits{L}(struct mmu_request *q) =
      (q->hold.v != 0 ==> q->hold.v % 4096 == FREF_TAG_PT && KIND_L1 <= q->hold_kind <= KIND_L4) &&
      (q->phase == PHASE_BUILD ==> q->hold.v != 0) &&
      ((q->phase == PHASE_DROP_TEAR || q->phase == PHASE_DONE) ==> q->hold.v == 0);
    predicate phase_fits{L}(struct mmu_ctx *c, struct mmu_request *q) = walk_fits(c) &&
      ((q->phase == PHASE_TRY || q->phase == PHASE_DROP || q->phase == PHASE_DONE) ==> c->walk.depth == 0) &&
      ((q->phase == PHASE_TEAR || q->phase == PHASE_DROP_TEAR) ==> only_tears(c));
    predicate request_fits{L}(struct mmu_ctx *c, struct mmu_request *q) =
      asked_fits(q) && held_fits(q) && phase_fits(c, q);
    predicate base_dropped{L}(struct mmu_ctx *c, struct mmu_request *q) =
      (q->op == MMU_DROP_BASE ==> c->v->kernel_pt.v == 0) && (q->op == MMU_DROP_USER_BASE ==> c->v->user_pt.v == 0);
    // What it asks for is so; of what is put into a slot more is said in update_l1 and update_upper.
    predicate request_done{L}(struct mmu_ctx *c, struct mmu_request *q) = q->op <= MMU_DROP_USER_BASE &&
      (q->op == MMU_UPDATE ==> put_at(q->mfn, q->slot)) &&
      (q->op == MMU_PIN ==> pin_put == q->mfn.v * 4096 + FREF_TAG_PT) &&
      (q->op == MMU_UNPIN ==> table_got == q->mfn.v * 4096 + FREF_TAG_PT) &&
      (q->op == MMU_BASE ==> c->v->kernel_pt.v == q->mfn.v * 4096 + FREF_TAG_PT) &&
      (q->op == MMU_USER_BASE ==> c->v->user_pt.v == (q->mfn.v == 0 ? 0 : q->mfn.v * 4096 + FREF_TAG_PT)) &&
      base_dropped(c, q);
    predicate vcpu_apart(struct mmu_ctx *c) = \valid(c->v) && \separated(c->v, c->v->domain) &&
      \separated(c->v, c->pt_owner) && (c->pg_owner != \null ==> \separated(c->v, c->pg_owner));
    predicate request_apart(struct mmu_request *q, struct mmu_ctx *c) = \separated(q, c) && \separated(q, c->v) &&
      \separated(q, c->v->domain) && \separated(q, c->pt_owner) &&
      (c->pg_owner != \null ==> \separated(q, c->pg_owner));
*/
/*
 * Carry q through: its result, or WALK_PREEMPTED: call again when the CPU is ours.
 * -EINVAL, -EBUSY, -EPERM (the hypervisor's slots).
 */
/*@ requires valid_ctx(c) && ctx_apart(c) && vcpu_apart(c) && request_apart(q, c) && request_fits(c, q);
    requires nothing_in_hand && slots_behind == 0;
    assigns q->rc, q->phase, q->hold, q->hold_kind, c->walk, c->flush, c->v->kernel_pt, c->v->user_pt, ref_got, ref_for,
      entry_kind, entry_made, entry_for, entry_out, put_entry, put_over, put_table, put_slot, put_for, put_flushed,
      table_got, table_for, table_kind, pin_put, slots_of, slots_kind, slots_done, slots_ours, slots_behind,
      slot_found[0 .. 511], slot_put[0 .. 511],
      slot_whose[0 .. 511], tables_begun, tables_ended, table_ended \from \nothing;
    ensures hand: nothing_in_hand && slots_behind == 0;
    ensures asked: asked_fits(q);
    ensures held: held_fits(q);
    ensures phase: phase_fits(c, q);
    ensures one_of: \result == WALK_PREEMPTED || \result == q->rc;
    ensures done: \result != WALK_PREEMPTED ==> c->walk.depth == 0 && q->hold.v == 0 && q->phase > PHASE_BUILD;
    ensures waits: \result == WALK_PREEMPTED ==> !c->to_end && c->walk.depth > 0;
    ensures effect: \old(q->phase) == PHASE_TRY && q->phase > PHASE_BUILD && q->rc == 0 ==> request_done(c, q);
    ensures dropped: \old(q->phase) == PHASE_TRY && q->phase > PHASE_TRY ==> base_dropped(c, q);
    ensures kernel: c->v->kernel_pt.v != \old(c->v->kernel_pt.v) ==> q->op == MMU_BASE || q->op == MMU_DROP_BASE;
    ensures user: c->v->user_pt.v != \old(c->v->user_pt.v) ==>
      q->op == MMU_USER_BASE || q->op == MMU_DROP_USER_BASE;
*/
SC_NODISCARD int mmu_request_run(struct mmu_ctx *c, struct mmu_request *q);
/* c, q and a word of the caller's, kept in the vcpu's continuation record and back. */
void mmu_request_save(const struct mmu_ctx *c, const struct mmu_request *q, uint64_t extra, uint8_t op);
uint64_t mmu_request_restore(struct mmu_ctx *c, struct mmu_request *q);
/* Whatever the call did, before the guest runs again. */
/*@ assigns c->flush;
    ensures !c->flush;
*/
void mmu_finish(struct mmu_ctx *c);

/*
 * Update slot i of a sealed L1 that the caller holds: 0, -EINVAL, -EBUSY.
 * In update_l1_if only if the entry still is *expected, else -EAGAIN and
 * *expected gets what is there (ptwr).
 */
/*@ requires valid_ctx(c) && nothing_in_hand;
    assigns ref_got, ref_for, entry_made, entry_for, entry_out, put_entry, put_over, put_table, put_slot,
      put_for, put_flushed \from \nothing;
    ensures balance: nothing_in_hand;
    ensures refused: \result != 0 ==> \result < 0 && nothing_put{Pre, Post};
    ensures where: \result == 0 ==> put_at(table, i);
    ensures absent: \result == 0 && !entry_present(value) ==> !entry_present(put_entry);
    ensures asked: \result == 0 && entry_present(value) ==>
      same_place(put_entry, value) && entry_users(put_entry) && !entry_global(put_entry);
    ensures whose: \result == 0 && entry_present(value) ==> put_for == AS_BEFORE || may_map(c, put_for);
    ensures bits: \result == 0 && entry_present(value) ==> (value & disallowed(c->pt_owner, KIND_L1)) == 0;
*/
SC_NODISCARD int update_l1(struct mmu_ctx *c, mfn_t table, unsigned i, uint64_t value, bool preserve_ad);
/*@ requires valid_ctx(c) && nothing_in_hand && entry_apart(expected, c);
    assigns *expected, ref_got, ref_for, entry_made, entry_for, entry_out, put_entry, put_over, put_table, put_slot,
      put_for, put_flushed \from \nothing;
    ensures balance: nothing_in_hand;
    ensures refused: \result != 0 ==> \result < 0 && nothing_put{Pre, Post};
    ensures where: \result == 0 ==> put_at(table, i) && *expected == \old(*expected);
    ensures absent: \result == 0 && !entry_present(value) ==> put_entry == value;
    ensures asked: \result == 0 && entry_present(value) ==>
      same_place(put_entry, value) && entry_users(put_entry) && !entry_global(put_entry);
    ensures whose: \result == 0 && entry_present(value) ==> may_map(c, put_for);
    ensures bits: \result == 0 && entry_present(value) ==> (value & disallowed(c->pt_owner, KIND_L1)) == 0;
*/
SC_NODISCARD int update_l1_if(struct mmu_ctx *c, mfn_t table, unsigned i, uint64_t *expected, uint64_t value);
/* L2-L4; WALK_PREEMPTED: run the walk and, unless *committed, ask again. */
/*@ requires valid_ctx(c) && nothing_in_hand && KIND_L2 <= level <= KIND_L4 && !*committed;
    requires ctx_apart(c) && flag_apart(committed, c) && walk_fits(c) && c->walk.depth == 0;
    assigns c->walk, *committed, ref_got, ref_for, entry_made, entry_for, entry_out, put_entry, put_over, put_table;
    assigns entry_kind, put_slot, put_for, put_flushed, tables_begun, tables_ended, table_ended \from \nothing;
    ensures balance: nothing_in_hand;
    ensures refused: !*committed ==> nothing_put{Pre, Post};
    ensures done: \result <= WALK_PREEMPTED && (\result == 0 ==> *committed);
    ensures which: \result == WALK_PREEMPTED && !*committed ==> c->walk.at[0].table.v == entry_frame(value);
    ensures walk: walk_fits(c) && c->walk.depth == (\result == WALK_PREEMPTED ? 1 : 0);
    ensures walks: \result == WALK_PREEMPTED ==> c->walk.at[0].level == level - 1 &&
      c->walk.at[0].mode == (*committed ? WALK_TEAR : WALK_BUILD) && c->walk.err == 0;
    ensures where: *committed ==> put_at(table, i);
    ensures ours: *committed ==> !(level == KIND_L4 && HV_L4_FIRST <= i <= HV_L4_LAST);
    ensures absent: *committed && !entry_present(value) ==> !entry_present(put_entry);
    ensures asked: *committed && entry_present(value) ==>
      entry_present(put_entry) && entry_frame(put_entry) == entry_frame(value) && entry_users(put_entry);
    ensures whose: *committed && entry_present(value) ==> put_for == c->pt_owner->id;
    ensures below: *committed && entry_present(value) ==> entry_kind == level - 1;
    ensures bits: *committed && entry_present(value) ==> (value & disallowed(c->pt_owner, level)) == 0;
*/
SC_NODISCARD int update_upper(struct mmu_ctx *c, mfn_t table, unsigned level, unsigned i, uint64_t value,
                              bool preserve_ad, bool *committed);

/* Run c->walk until it is done: 0, the build's error, or WALK_PREEMPTED. */
/*@ requires valid_ctx(c) && ctx_apart(c) && walk_fits(c) && nothing_in_hand && slots_behind == 0;
    assigns c->walk, c->flush, ref_got, ref_for, entry_kind, entry_made, entry_for, entry_out, slots_of, slots_kind,
      slots_done, slots_ours, slots_behind, slot_found[0 .. 511], slot_put[0 .. 511], slot_whose[0 .. 511],
      tables_begun, tables_ended, table_ended;
    ensures fits: walk_fits(c);
    ensures hand: nothing_in_hand && slots_behind == 0;
    ensures waits: \result == WALK_PREEMPTED ==> !c->to_end && c->walk.depth > 0;
    ensures done: \result != WALK_PREEMPTED ==> \result <= 0 && c->walk.depth == 0;
    ensures tears: \old(only_tears(c)) && \result != WALK_PREEMPTED ==> \result == 0;
    ensures still: \old(only_tears(c)) ==> only_tears(c);
*/
SC_NODISCARD int walk_run(struct mmu_ctx *c);
/* The same for a caller that cannot wait: 0 or the build's error. */
/*@ requires \separated(c, c->v, c->v->domain) && walk_fits(c);
    assigns c->walk, c->flush, c->to_end;
    ensures \result <= 0 && c->walk.depth == 0;
*/
SC_NODISCARD int walk_to_end(struct mmu_ctx *c);
/* Let go of a table for a caller that cannot wait. */
/*@ requires \separated(c, c->v, c->v->domain) && walk_fits(c) && c->walk.depth == 0;
    assigns c->walk, c->flush, c->to_end;
    ensures c->walk.depth == 0;
*/
void table_put_to_end(struct mmu_ctx *c, SC_OWNED fref_t r, unsigned kind);
/* Hold a table, building it if need be: 0, error, or WALK_PREEMPTED (run, ask again). */
/*@ requires valid_ctx(c) && ctx_apart(c) && ref_apart(out, c) && walk_fits(c) && kind <= 5 && room_for(c, kind);
    assigns c->walk, *out, ref_got, ref_for, entry_kind, tables_begun;
    ensures one_of: \result <= WALK_PREEMPTED;
    ensures fits: walk_fits(c);
    ensures held: \result == 0 || \result == WALK_PREEMPTED ==> m.v < 0x10000000000 &&
      out->v == m.v * 4096 + FREF_TAG_PT && ref_for == c->pt_owner->id && entry_kind == kind;
    ensures got: \result == 0 ==> ref_got == out->v;
    ensures begun: \result == WALK_PREEMPTED ==> tables_begun != \old(tables_begun) &&
      pushed{Pre, Post}(c, kind, WALK_BUILD) && c->walk.at[\old(c->walk.depth)].table.v == m.v && c->walk.err == 0;
    ensures not: \result != WALK_PREEMPTED ==> tables_begun == \old(tables_begun) &&
      c->walk.depth == \old(c->walk.depth) && walk_same{Pre, Post}(c, c->walk.depth);
*/
SC_NODISCARD int table_get(struct mmu_ctx *c, mfn_t m, unsigned kind, SC_OWNED fref_t *out);
/* Let go of a table; may start a tear-down: WALK_PREEMPTED, else 0. */
/*@ requires walk_fits(c) && (r.v != 0 ==> room_for(c, kind));
    assigns c->walk, tables_ended, table_ended;
    ensures one_of: \result == 0 || \result == WALK_PREEMPTED;
    ensures fits: walk_fits(c);
    ensures ended: \result == WALK_PREEMPTED ==> tables_ended != \old(tables_ended) &&
      pushed{Pre, Post}(c, kind, WALK_TEAR) && c->walk.at[\old(c->walk.depth)].table.v == r.v / 4096 &&
      c->walk.err == 0;
    ensures not: \result == 0 ==> tables_ended == \old(tables_ended) && c->walk.depth == \old(c->walk.depth) &&
      c->walk.err == \old(c->walk.err) && walk_same{Pre, Post}(c, c->walk.depth);
*/
SC_NODISCARD int table_put(struct mmu_ctx *c, SC_OWNED fref_t r, unsigned kind);

/* The reference a new L1 entry needs; -EINVAL. */
/*@ requires valid_ctx(c) && entry_present(pte);
    assigns *out, ref_got, ref_for;
    ensures refused: \result <= 0;
    ensures asked: \result == 0 ==> out->v / 4096 == entry_frame(pte) && out->v != 0 && out->v == ref_got;
    ensures rights: \result == 0 && entry_writes(pte) ==> out->v / 2 % 8 != 0;
    ensures whose: \result == 0 ==> may_map(c, ref_for);
*/
SC_NODISCARD int l1_ref_get(const struct mmu_ctx *c, uint64_t pte, SC_OWNED fref_t *out);
/* The entry that a guest gets for an L1's slot when it asks for pte: 0, or why it may not have it. */
/*@ requires valid_ctx(c) && entry_present(pte) && entry_made == 0;
    requires entry_apart(made, c);
    assigns *made, ref_got, ref_for, entry_made, entry_for;
    ensures refused: \result != 0 ==> \result < 0 && entry_made == 0;
    ensures made: \result == 0 ==> entry_made == *made && entry_present(*made);
    ensures frame: \result == 0 ==> entry_frame(*made) == entry_frame(pte);
    ensures rights: \result == 0 ==> (entry_writes(*made) <==> entry_writes(pte));
    ensures marks: \result == 0 ==> entry_users(*made) && !entry_global(*made);
    ensures whose: \result == 0 ==> may_map(c, entry_for);
    ensures bits: \result == 0 ==> (pte & disallowed(c->pt_owner, KIND_L1)) == 0;
*/
SC_NODISCARD int l1_entry_make(struct mmu_ctx *c, uint64_t pte, uint64_t *made);

/* Building, which adopts a table's slots (build.c): 512, or the slot that cannot be; *err, which is 0, says why. */
/*@ predicate none_looked_at(mfn_t table, integer from) = table.v == slots_of && slots_done <= from <= 512 &&
      \forall integer k; from <= k < 512 ==> slot_whose[k] == NOT_ADOPTED;
    // What stands in a slot since is absent, or made for the guest of what was found there.
    predicate adopted_l1{L}(struct mmu_ctx *c, integer k) = !entry_present(slot_put[k]) ||
      (same_place(slot_put[k], slot_found[k]) && entry_users(slot_put[k]) && !entry_global(slot_put[k]) &&
       may_map(c, slot_whose[k]));
    predicate adopted_upper{L}(struct mmu_ctx *c, integer level, integer k) = !entry_present(slot_put[k]) ||
      (entry_frame(slot_put[k]) == entry_frame(slot_found[k]) && entry_users(slot_put[k]) &&
       slot_whose[k] == c->pt_owner->id);
    predicate no_bad_bits{L}(struct mmu_ctx *c, integer level, integer k) = entry_present(slot_put[k]) ==>
      (slot_found[k] & disallowed(c->pt_owner, level)) == 0;
    predicate hv_slots_same{A, B}(integer level) = \forall integer k; 0 <= k < 512 && is_hv_slot(level, k) ==>
      \at(slot_put[k], A) == \at(slot_put[k], B);
*/
/*@ requires valid_ctx(c) && nothing_in_hand && *err == 0 && none_looked_at(table, from);
    requires error_apart(err, c) && slots_kind == KIND_L1;
    assigns *err, ref_got, ref_for, entry_made, entry_for, slots_behind, slot_found[0 .. 511], slot_put[0 .. 511],
      slot_whose[0 .. 511];
    ensures hand: nothing_in_hand;
    ensures all: \result == 512 <==> *err == 0;
    ensures refused: *err != 0 ==> *err < 0 && from <= \result < 512;
    ensures adopted: \forall integer k; from <= k < \result ==> adopted_l1(c, k);
    ensures bits: \forall integer k; from <= k < \result ==> no_bad_bits(c, KIND_L1, k);
    ensures owns: \forall integer k; from <= k < \result ==> slot_owns(k);
*/
unsigned build_l1(struct mmu_ctx *c, mfn_t table, unsigned from, int *err);
/*@ requires *err == 0 && table.v == slots_of && slots_kind == KIND_SEG;
    requires \forall integer k; 0 <= k < 512 ==> slot_whose[k] == NOT_ADOPTED;
    assigns *err, slot_found[0 .. 511], slot_put[0 .. 511], slot_whose[0 .. 511];
    ensures all: \result == 512 <==> *err == 0;
    ensures refused: *err != 0 ==> *err == -EINVAL && \result == 0;
    ensures owns: \forall integer k; 0 <= k < \result ==> slot_owns(k);
*/
unsigned build_seg(mfn_t table, int *err);
/* FRAME_BUILD too: the table that the slot names, *below, is to be built first. */
/*@ requires valid_ctx(c) && nothing_in_hand && *err == 0 && none_looked_at(table, from);
    requires error_apart(err, c) && table_apart(below, c) && \separated(err, below);
    requires KIND_L2 <= level <= KIND_L4 && slots_kind == level;
    assigns *err, *below, ref_got, ref_for, entry_kind, entry_made, entry_for, slots_behind, slot_found[0 .. 511],
      slot_put[0 .. 511], slot_whose[0 .. 511], tables_begun;
    ensures hand: nothing_in_hand;
    ensures all: \result == 512 <==> *err == 0;
    ensures refused: *err != 0 ==> from <= \result < 512 && (*err < 0 || *err == FRAME_BUILD);
    ensures begun: *err == FRAME_BUILD <==> tables_begun != \old(tables_begun);
    ensures below: *err == FRAME_BUILD ==> entry_present(slot_found[\result]) &&
      below->v == entry_frame(slot_found[\result]) && entry_kind == level - 1;
    ensures adopted: \forall integer k; from <= k < \result && !is_hv_slot(level, k) ==> adopted_upper(c, level, k);
    ensures bits: \forall integer k; from <= k < \result && !is_hv_slot(level, k) ==> no_bad_bits(c, level, k);
    ensures ours: hv_slots_same{Pre, Post}(level);
    ensures owns: \forall integer k; from <= k < \result ==> slot_owns(k);
*/
unsigned build_upper(struct mmu_ctx *c, mfn_t table, unsigned level, unsigned from, int *err, mfn_t *below);
/* The hypervisor's own slots of an L4, which are never a guest's. */
/*@ assigns \nothing;
    ensures \result <==> is_hv_slot(level, i);
*/
bool hv_slot(unsigned level, unsigned i);
/* Bits a guest may not set at this level. */
/*@ assigns \nothing;
    ensures \result == disallowed(d, level);
*/
uint64_t pte_disallowed(const struct domain *d, unsigned level);

/* Descriptor tables (descriptor.c). */
/*@ predicate is_guests_range(integer base, integer nr_bytes) =
      nr_bytes == 0 || base + nr_bytes <= HV_VIRT_START || base >= HV_VIRT_END;
    predicate gdt_same{A, B}(struct vcpu *v) = \at(v->gdt_entries, A) == \at(v->gdt_entries, B) &&
      \forall integer k; 0 <= k < GDT_GUEST_PAGES ==> \at(v->gdt_ref[k].v, A) == \at(v->gdt_ref[k].v, B);
    predicate ldt_same{A, B}(struct vcpu *v) = \at(v->ldt_base, A) == \at(v->ldt_base, B) &&
      \at(v->ldt_entries, A) == \at(v->ldt_entries, B) &&
      \forall integer k; 0 <= k < LDT_PAGES ==> \at(v->ldt_ref[k].v, A) == \at(v->ldt_ref[k].v, B);
*/
/*@ requires \valid(v) && \valid_read(v->domain) && \separated(v, v->domain);
    assigns v->ldt_ref[0 .. LDT_PAGES - 1], v->ldt_mapped, v->ldt_base, v->ldt_entries;
    ensures one_of: \result == 0 || \result == -EINVAL;
    ensures guests: \result == 0 ==> base % 4096 == 0 && nr_entries <= 8192 && is_guests_range(base, nr_entries * 8);
    ensures set: \result == 0 ==> v->ldt_entries == nr_entries && (nr_entries != 0 ==> v->ldt_base == base);
    ensures dropped: \result == 0 && (nr_entries != 0 || \old(v->ldt_entries) != 0) ==>
      \forall integer k; 0 <= k < LDT_PAGES ==> v->ldt_ref[k].v == 0;
    ensures refused: \result != 0 ==> ldt_same{Pre, Post}(v);
*/
SC_NODISCARD int pvmmu_set_ldt(struct vcpu *v, uint64_t base, uint64_t nr_entries);
/*@ requires \valid(v) && \valid_read(v->domain) && \separated(v, v->domain);
    requires \separated(v, frames + (0 .. nr - 1));
    assigns v->gdt_ref[0 .. GDT_GUEST_PAGES - 1], v->gdt_entries, ref_got, ref_for, entry_kind, tables_begun;
    ensures one_of: \result == 0 || \result == -EINVAL;
    ensures few: \result == 0 ==> nr <= GDT_GUEST_PAGES && entries <= GDT_GUEST_PAGES * 512;
    ensures set: \result == 0 ==> v->gdt_entries == entries;
    ensures pages: \result == 0 ==> \forall integer k; 0 <= k < nr ==>
      v->gdt_ref[k].v == frames[k] * 4096 + FREF_TAG_PT;
    ensures rest: \result == 0 ==> \forall integer k; nr <= k < GDT_GUEST_PAGES ==> v->gdt_ref[k].v == 0;
    ensures refused: \result != 0 ==> gdt_same{Pre, Post}(v);
*/
SC_NODISCARD int pvmmu_set_gdt(struct vcpu *v, const uint64_t *frames SC_COUNT(nr), unsigned nr, unsigned entries);
/*@ requires \valid(v) && \valid_read(v->domain) && \separated(v, v->domain);
    assigns ref_got, ref_for, table_got, table_for, table_kind, slot_put[0 .. 511];
    ensures one_of: \result == 0 || \result == -EINVAL;
    ensures aligned: \result == 0 ==> where.v % 8 == 0;
    ensures his: \result == 0 ==> table_for == v->domain->id || ref_for == v->domain->id;
*/
SC_NODISCARD int pvmmu_update_descriptor(struct vcpu *v, maddr_t where, uint64_t desc);
#define DESC_PRESENT (1UL << 47)
#define DESC_DPL (3UL << 45)
#define DESC_CODE_DATA (1UL << 44)
#define DESC_TYPE (0xfUL << 40)
#define DESC_ACCESSED (1UL << 40)
/* Make a descriptor safe (descriptor_fix.c); false: it cannot be. */
/*@ requires \valid(desc);
    assigns *desc;
    ensures absent: (\old(*desc) & DESC_PRESENT) == 0 ==> \result && *desc == \old(*desc);
    ensures ring_3: \result && (\old(*desc) & DESC_PRESENT) != 0 ==>
      (*desc & 1UL << 45) != 0 && (*desc & 1UL << 46) != 0;
    ensures marked: \result && (\old(*desc) & DESC_PRESENT) != 0 && (\old(*desc) & DESC_CODE_DATA) != 0 ==>
      (*desc & DESC_ACCESSED) != 0 && *desc == (\old(*desc) | DESC_DPL | DESC_ACCESSED);
    ensures no_gate: \result && (\old(*desc) & DESC_PRESENT) != 0 && (\old(*desc) & DESC_CODE_DATA) == 0 ==>
      (\old(*desc) & DESC_TYPE) == 0 && *desc == (\old(*desc) | DESC_DPL);
    ensures safe: \result ==> descriptor_safe(*desc);
    ensures refused: !\result ==> *desc == \old(*desc) && (*desc & DESC_PRESENT) != 0 &&
      (*desc & DESC_CODE_DATA) == 0 && (*desc & DESC_TYPE) != 0;
*/
bool descriptor_fix(uint64_t *desc);
/* Unmap v's LDT pages, or GDT pages, and drop their references. */
/*@ requires \valid_read(v->domain) && \separated(v, v->domain);
    assigns v->ldt_ref[0 .. LDT_PAGES - 1], v->ldt_mapped;
    ensures none: \forall integer k; 0 <= k < LDT_PAGES ==> v->ldt_ref[k].v == 0;
*/
void pvmmu_drop_ldt(struct vcpu *v);
/*@ requires \valid_read(v->domain) && \separated(v, v->domain);
    assigns v->gdt_ref[0 .. GDT_GUEST_PAGES - 1], v->gdt_entries;
    ensures none: \forall integer k; 0 <= k < GDT_GUEST_PAGES ==> v->gdt_ref[k].v == 0;
    ensures empty: v->gdt_entries == 0;
*/
void pvmmu_drop_gdt(struct vcpu *v);
/* The page of the LDT that a fault hit: map it.  True when done. */
/*@ requires \valid(v) && \valid_read(v->domain) && \separated(v, v->domain);
    assigns v->ldt_ref[0 .. LDT_PAGES - 1], v->ldt_mapped, ref_got, ref_for, entry_kind, table_got, table_for,
      table_kind, tables_begun;
    ensures inside: \result ==> offset < v->ldt_entries * 8;
    ensures mapped: \result ==> \old(v->ldt_ref[offset / 4096 % 16].v) == 0 &&
      v->ldt_ref[offset / 4096 % 16].v % 4096 == FREF_TAG_PT;
    ensures his: \result ==> ref_for == v->domain->id && entry_kind == KIND_SEG;
    ensures others: \forall integer k; 0 <= k < LDT_PAGES && k != offset / 4096 % 16 ==>
      v->ldt_ref[k].v == \old(v->ldt_ref[k].v);
    ensures refused: !\result ==> ldt_same{Pre, Post}(v);
*/
bool pvmmu_ldt_fault(struct vcpu *v, uint64_t offset);
/* A guest's write to a read-only mapped L1 (ptwr.c).  True when done. */
bool ptwr_fault(struct vcpu *v, uint64_t address);

/* Find the L1 table of va in v's current address space, held; -EFAULT. */
/*@ requires \valid(v) && \valid_read(v->domain);
    assigns *table, *slot, table_got, table_for, table_kind;
    ensures refused: \result == 0 || \result == -EFAULT;
    ensures guests: \result == 0 ==> va < 0x800000000000 || va >= HV_VIRT_END;
    ensures held: \result == 0 ==> table->v % 16 == FREF_TAG_PT && table_got == table->v &&
      table_for == v->domain->id && table_kind == KIND_L1;
    ensures slot: \result == 0 ==> *slot == va / 4096 % 512;
*/
SC_NODISCARD int l1_find(struct vcpu *v, uint64_t va, SC_OWNED fref_t *table, unsigned *slot);

#endif
