/* SPDX-License-Identifier: MIT */
/* Requests that may build or tear down tables, in steps that can wait. */
#include "core/tlb.h"
#include "core/cont.h"
#include "core/log.h"
#include "core/require.h"
#include "modules/pvmmu/pvmmu.h"

/* What is tried leaves: nothing to walk; or, once it is done or refused, only what is to be torn down; or what is to be
 * built first, and perhaps that on top. */
/*@ predicate tried(struct mmu_ctx *c, integer rc) = walk_fits(c) && rc <= WALK_PREEMPTED &&
      (c->walk.depth == 0 ==> rc <= 0);
    predicate then_tears(struct mmu_ctx *c, integer rc, integer committed) =
      c->walk.depth > 0 && (committed != 0 || rc != WALK_PREEMPTED) ==> only_tears(c);
    predicate builds_first(struct mmu_ctx *c, integer rc, integer committed) =
      c->walk.depth > 0 && committed == 0 && rc == WALK_PREEMPTED ==>
      c->walk.at[0].mode == WALK_BUILD && c->walk.at[0].level <= KIND_L4;
*/
/*@ requires valid_ctx(c) && ctx_apart(c) && walk_fits(c) && c->walk.depth == 0 && nothing_in_hand && !*committed;
    requires request_apart(q, c) && flag_apart(committed, c) && \separated(committed, q);
    requires KIND_L1 <= q->kind <= KIND_L4;
    assigns c->walk, *committed, ref_got, ref_for, entry_kind, entry_made, entry_for, entry_out, table_got, table_for,
      table_kind, tables_begun, tables_ended, table_ended;
    assigns put_entry, put_over, put_table, put_slot, put_for, put_flushed \from \nothing;
    ensures hand: nothing_in_hand;
    ensures left: tried(c, \result);
    ensures tears: then_tears(c, \result, *committed);
    ensures builds: builds_first(c, \result, *committed);
    ensures put: \result == 0 || *committed ==> put_at(q->mfn, q->slot) && put_table == table_got / 4096;
    ensures whose: \result == 0 || *committed ==> table_for == c->pt_owner->id && table_kind == q->kind;
    ensures refused: \result != 0 && !*committed ==> nothing_put{Pre, Post};
    ensures absent: (\result == 0 || *committed) && !entry_present(q->value) ==> !entry_present(put_entry);
    ensures asked: (\result == 0 || *committed) && entry_present(q->value) ==>
      entry_present(put_entry) && entry_frame(put_entry) == entry_frame(q->value);
*/
static int try_update(struct mmu_ctx *c, struct mmu_request *q, bool *committed)
{
    fref_t table;
    int rc = frame_get_sealed(q->mfn, c->pt_owner->id, q->kind, &table);

    if (rc != 0)
        return rc;
    if (q->kind == KIND_L1)
        rc = update_l1(c, q->mfn, q->slot, q->value, q->preserve_ad);
    else
        rc = update_upper(c, q->mfn, q->kind, q->slot, q->value, q->preserve_ad, committed);
    /* Let go of meanwhile by another vcpu: then this was the last use of it, and it is torn down, whatever rc is. */
    (void)table_put(c, table, q->kind);
    return rc;
}

/*@ requires valid_ctx(c) && ctx_apart(c) && walk_fits(c) && c->walk.depth == 0;
    requires request_apart(q, c) && KIND_L1 <= q->kind <= KIND_L4;
    assigns c->walk, ref_got, ref_for, entry_kind, pin_put, tables_begun, tables_ended, table_ended;
    ensures left: tried(c, \result);
    ensures tears: then_tears(c, \result, 0);
    ensures builds: builds_first(c, \result, 0);
    ensures pinned: \result == 0 ==> pin_put == q->mfn.v * 4096 + FREF_TAG_PT && c->walk.depth == 0;
    ensures whose: \result == 0 ==> ref_for == c->pt_owner->id && entry_kind == q->kind && !c->pt_owner->dying;
    ensures refused: \result != 0 ==> pin_put == \old(pin_put);
*/
static int try_pin(struct mmu_ctx *c, const struct mmu_request *q, bool *committed)
{
    fref_t r;
    int rc;

    /* Its pins have been given up, or will be: they are looked for once. */
    if (c->pt_owner->dying)
        return -EINVAL;
    rc = table_get(c, q->mfn, q->kind, &r);
    if (rc != 0)
        return rc;
    rc = frame_pin(r);
    if (rc == 0) {
        fref_moved(r);
        return 0;
    }
    log_guest(LOG_DEBUG, "mfn %lx is pinned already", q->mfn.v);
    (void)table_put(c, r, q->kind);
    return rc;
}

/*@ requires valid_ctx(c) && ctx_apart(c) && walk_fits(c) && c->walk.depth == 0 && !*committed;
    requires request_apart(q, c) && flag_apart(committed, c) && \separated(committed, q);
    assigns c->walk, *committed, table_got, table_for, tables_ended, table_ended;
    ensures left: tried(c, \result);
    ensures tears: then_tears(c, \result, *committed);
    ensures builds: builds_first(c, \result, *committed);
    ensures his: *committed ==> table_got == q->mfn.v * 4096 + FREF_TAG_PT && table_for == c->pt_owner->id;
    ensures dropped: *committed && \result != 0 ==> c->walk.depth == 1 && c->walk.at[0].table.v == q->mfn.v;
    ensures refused: !*committed ==> \result < 0 && c->walk.depth == 0;
*/
static int try_unpin(struct mmu_ctx *c, struct mmu_request *q, bool *committed)
{
    fref_t r;
    uint64_t kind;
    int rc = frame_unpin(q->mfn, c->pt_owner->id, &r);

    if (rc != 0)
        return rc;
    *committed = true;
    kind = frame_word_type(frame_state(q->mfn)); /* it stays that while r is held */
    module_require(kind >= KIND_L1 && kind <= KIND_L4);
    return table_put(c, r, (unsigned)kind);
}

/* The L4 to be a base, held.  Only a user's base may be none. */
/*@ requires valid_ctx(c) && ctx_apart(c) && ref_apart(out, c) && walk_fits(c) && c->walk.depth == 0;
    assigns *out, c->walk, ref_got, ref_for, entry_kind, table_got, table_for, table_kind, tables_begun;
    ensures left: tried(c, \result);
    ensures builds: builds_first(c, \result, 0);
    ensures refused: \result != 0 ==> then_tears(c, \result, 0);
    ensures held: \result == 0 ==> c->walk.depth == 0 && out->v == (user && m.v == 0 ? 0 : m.v * 4096 + FREF_TAG_PT);
    ensures whose: \result == 0 && out->v != 0 ==>
      (table_got == out->v && table_for == c->pt_owner->id && table_kind == KIND_L4) ||
      (ref_got == out->v && ref_for == c->pt_owner->id && entry_kind == KIND_L4);
*/
static int base_get(struct mmu_ctx *c, bool user, mfn_t m, SC_OWNED fref_t *out)
{
    if (user && m.v == 0) {
        *out = FREF_NONE;
        return 0;
    }
    if (frame_get_sealed(m, c->pt_owner->id, KIND_L4, out) == 0)
        return 0;
    return table_get(c, m, KIND_L4, out);
}

/* The one that was is let go of. */
/*@ requires valid_ctx(c) && ctx_apart(c) && vcpu_apart(c) && walk_fits(c) && c->walk.depth == 0;
    requires (l4.v == 0 ==> user) && (l4.v != 0 ==> l4.v == ref_got || l4.v == table_got);
    assigns c->walk, c->v->kernel_pt, c->v->user_pt, tables_ended, table_ended;
    ensures left: tried(c, \result) && \result >= 0;
    ensures tears: then_tears(c, \result, 1);
    ensures kernel: c->v->kernel_pt.v == (user ? \old(c->v->kernel_pt.v) : l4.v);
    ensures user: c->v->user_pt.v == (user ? l4.v : \old(c->v->user_pt.v));
*/
static int base_set(struct mmu_ctx *c, bool user, SC_OWNED fref_t l4)
{
    return table_put(c, vcpu_set_base(c->v, user, l4), KIND_L4);
}

/*@ requires valid_ctx(c) && ctx_apart(c) && vcpu_apart(c) && walk_fits(c) && c->walk.depth == 0 && !*committed;
    requires request_apart(q, c) && flag_apart(committed, c) && \separated(committed, q);
    requires q->op == MMU_BASE || q->op == MMU_USER_BASE;
    assigns c->walk, c->v->kernel_pt, c->v->user_pt, *committed, ref_got, ref_for, entry_kind, table_got, table_for,
      table_kind, tables_begun, tables_ended, table_ended;
    ensures left: tried(c, \result);
    ensures tears: then_tears(c, \result, *committed);
    ensures builds: builds_first(c, \result, *committed);
    ensures done: \result == 0 ==> *committed;
    ensures refused: !*committed ==>
      c->v->kernel_pt.v == \old(c->v->kernel_pt.v) && c->v->user_pt.v == \old(c->v->user_pt.v);
    ensures kernel: *committed && q->op == MMU_BASE ==> c->v->user_pt.v == \old(c->v->user_pt.v) &&
      c->v->kernel_pt.v == q->mfn.v * 4096 + FREF_TAG_PT;
    ensures user: *committed && q->op == MMU_USER_BASE ==> c->v->kernel_pt.v == \old(c->v->kernel_pt.v) &&
      c->v->user_pt.v == (q->mfn.v == 0 ? 0 : q->mfn.v * 4096 + FREF_TAG_PT);
    ensures whose: *committed && (q->op == MMU_BASE || q->mfn.v != 0) ==>
      (table_got == q->mfn.v * 4096 + FREF_TAG_PT && table_for == c->pt_owner->id && table_kind == KIND_L4) ||
      (ref_got == q->mfn.v * 4096 + FREF_TAG_PT && ref_for == c->pt_owner->id && entry_kind == KIND_L4);
*/
static int try_base(struct mmu_ctx *c, const struct mmu_request *q, bool *committed)
{
    bool user = q->op == MMU_USER_BASE;
    fref_t r;
    int rc = base_get(c, user, q->mfn, &r);

    if (rc != 0)
        return rc;
    *committed = true;
    return base_set(c, user, r);
}

/*@ requires valid_ctx(c) && ctx_apart(c) && vcpu_apart(c) && walk_fits(c) && c->walk.depth == 0 && !*committed;
    requires request_apart(q, c) && flag_apart(committed, c) && \separated(committed, q);
    assigns c->walk, c->v->kernel_pt, c->v->user_pt, *committed, tables_ended, table_ended;
    ensures left: tried(c, \result);
    ensures tears: then_tears(c, \result, *committed);
    ensures builds: builds_first(c, \result, *committed);
    ensures done: *committed && \result >= 0;
    ensures which: q->op == MMU_DROP_USER_BASE ==> c->v->user_pt.v == 0 && c->v->kernel_pt.v == \old(c->v->kernel_pt.v);
    ensures other: q->op != MMU_DROP_USER_BASE ==>
      c->v->kernel_pt.v == 0 && c->v->user_pt.v == \old(c->v->user_pt.v);
*/
static int try_drop_base(struct mmu_ctx *c, const struct mmu_request *q, bool *committed)
{
    *committed = true;
    return table_put(c, vcpu_drop_base(c->v, q->op == MMU_DROP_USER_BASE), KIND_L4);
}

/*@ requires valid_ctx(c) && ctx_apart(c) && vcpu_apart(c) && walk_fits(c) && c->walk.depth == 0 && !*committed;
    requires request_apart(q, c) && flag_apart(committed, c) && \separated(committed, q) && nothing_in_hand;
    requires (q->op == MMU_UPDATE || q->op == MMU_PIN) ==> KIND_L1 <= q->kind <= KIND_L4;
    assigns c->walk, c->v->kernel_pt, c->v->user_pt, *committed, ref_got, ref_for, entry_kind, entry_made, entry_for,
      entry_out, table_got, table_for, table_kind, pin_put, tables_begun, tables_ended, table_ended;
    assigns put_entry, put_over, put_table, put_slot, put_for, put_flushed \from \nothing;
    ensures hand: nothing_in_hand;
    ensures left: tried(c, \result);
    ensures tears: then_tears(c, \result, *committed);
    ensures builds: builds_first(c, \result, *committed);
    ensures only_pins: pin_put != \old(pin_put) ==> q->op == MMU_PIN;
    ensures only_updates: !nothing_put{Pre, Post} ==> q->op == MMU_UPDATE;
    ensures kernel: c->v->kernel_pt.v != \old(c->v->kernel_pt.v) ==> q->op == MMU_BASE || q->op == MMU_DROP_BASE;
    ensures user: c->v->user_pt.v != \old(c->v->user_pt.v) ==> q->op == MMU_USER_BASE || q->op == MMU_DROP_USER_BASE;
    ensures done: \result == 0 || *committed ==> request_done(c, q);
    ensures dropped: base_dropped(c, q);
    ensures none: q->op > MMU_DROP_USER_BASE ==> \result == -EINVAL;
*/
static int try_op(struct mmu_ctx *c, struct mmu_request *q, bool *committed)
{
    switch ((enum mmu_op)q->op) {
    case MMU_UPDATE: return try_update(c, q, committed);
    case MMU_PIN: return try_pin(c, q, committed);
    case MMU_UNPIN: return try_unpin(c, q, committed);
    case MMU_BASE:
    case MMU_USER_BASE: return try_base(c, q, committed);
    case MMU_DROP_BASE:
    case MMU_DROP_USER_BASE: return try_drop_base(c, q, committed);
    }
    return -EINVAL;
}

/* What is left to walk says how it goes on: a table that is missing is built and it is tried again; or it is done, or
 * refused, and there may be something to tear down. */
/*@ requires valid_ctx(c) && ctx_apart(c) && vcpu_apart(c) && request_apart(q, c) && request_fits(c, q);
    requires nothing_in_hand && q->phase == PHASE_TRY;
    assigns q->rc, q->phase, q->hold, q->hold_kind, c->walk, c->v->kernel_pt, c->v->user_pt, ref_got, ref_for,
      entry_kind, entry_made, entry_for, entry_out, table_got, table_for, table_kind, pin_put, tables_begun,
      tables_ended, table_ended;
    assigns put_entry, put_over, put_table, put_slot, put_for, put_flushed \from \nothing;
    ensures hand: nothing_in_hand;
    ensures asked: asked_fits(q);
    ensures held: held_fits(q);
    ensures phase: phase_fits(c, q);
    ensures next: q->phase == PHASE_BUILD || q->phase == PHASE_TEAR || q->phase == PHASE_DROP;
    ensures built: q->phase == PHASE_BUILD ==> \old(q->hold.v) == 0 && q->hold.v % 4096 == FREF_TAG_PT &&
      q->hold.v / 4096 == c->walk.at[0].table.v && q->hold_kind == c->walk.at[0].level && c->walk.depth > 0;
    ensures holds: q->phase != PHASE_BUILD ==> q->hold.v == \old(q->hold.v) && q->hold_kind == \old(q->hold_kind);
    ensures tears: q->phase == PHASE_TEAR ==> c->walk.depth > 0;
    ensures done: q->phase != PHASE_BUILD && q->rc == 0 ==> request_done(c, q);
    ensures dropped: base_dropped(c, q);
    ensures kernel: c->v->kernel_pt.v != \old(c->v->kernel_pt.v) ==> q->op == MMU_BASE || q->op == MMU_DROP_BASE;
    ensures user: c->v->user_pt.v != \old(c->v->user_pt.v) ==>
      q->op == MMU_USER_BASE || q->op == MMU_DROP_USER_BASE;
*/
static void step_try(struct mmu_ctx *c, struct mmu_request *q)
{
    bool committed = false;
    int rc = try_op(c, q, &committed);

    /*@ assert was: q->hold.v == \at(q->hold.v, Pre) && q->hold_kind == \at(q->hold_kind, Pre); */
    q->rc = rc == WALK_PREEMPTED ? 0 : rc;
    /*@ assert left: walk_fits(c) && tried(c, rc); */
    if (c->walk.depth == 0) {
        q->phase = PHASE_DROP;
    } else if (committed || rc != WALK_PREEMPTED) {
        /*@ assert tears: only_tears(c); */
        q->phase = PHASE_TEAR;
        /*@ assert torn: only_tears(c); */
    } else {
        /*@ assert kind: KIND_L1 <= c->walk.at[0].level <= KIND_L4; */
        module_require(fref_is_none(q->hold)); /* what was built is held, so it is not built again */
        q->hold_kind = c->walk.at[0].level;
        q->hold = pt_built_ref(c->walk.at[0].table);
        /*@ assert builds: walk_fits(c); */
        q->phase = PHASE_BUILD;
        /*@ assert hold: q->hold.v % 4096 == FREF_TAG_PT && q->hold.v != 0; */
    }
    /*@ assert fits: walk_fits(c); */
}

/*@ requires valid_ctx(c) && ctx_apart(c) && request_apart(q, c) && request_fits(c, q);
    requires nothing_in_hand && slots_behind == 0;
    requires q->phase == PHASE_BUILD || q->phase == PHASE_TEAR || q->phase == PHASE_DROP_TEAR;
    assigns q->rc, q->phase, q->hold, c->walk, c->flush, ref_got, ref_for, entry_kind, entry_made, entry_for, entry_out,
      slots_of, slots_kind, slots_done, slots_ours, slots_behind, slot_found[0 .. 511], slot_put[0 .. 511],
      slot_whose[0 .. 511], tables_begun, tables_ended, table_ended;
    ensures hand: nothing_in_hand && slots_behind == 0;
    ensures asked: asked_fits(q);
    ensures held: held_fits(q);
    ensures phase: phase_fits(c, q);
    ensures waits: \result == WALK_PREEMPTED ==> !c->to_end && c->walk.depth > 0 && q->phase == \old(q->phase);
    ensures else: \result == WALK_PREEMPTED || \result == 0;
    ensures built: \result == 0 && \old(q->phase) == PHASE_BUILD ==>
      (q->phase == PHASE_TRY && q->hold.v == \old(q->hold.v)) ||
      (q->phase == PHASE_DROP && q->rc < 0 && q->hold.v == 0);
    ensures torn: \result == 0 && \old(q->phase) == PHASE_TEAR ==> q->phase == PHASE_DROP;
    ensures ended: \result == 0 && \old(q->phase) == PHASE_DROP_TEAR ==> q->phase == PHASE_DONE;
    ensures same: \old(q->phase) != PHASE_BUILD || \result == WALK_PREEMPTED ==>
      q->rc == \old(q->rc) && q->hold.v == \old(q->hold.v);
*/
static int step_walk(struct mmu_ctx *c, struct mmu_request *q)
{
    int rc = walk_run(c);

    if (rc == WALK_PREEMPTED)
        return rc;
    if (q->phase == PHASE_BUILD && rc == 0) {
        q->phase = PHASE_TRY;
        return 0;
    }
    if (q->phase == PHASE_BUILD) {
        q->rc = rc;
        q->hold = FREF_NONE;
    }
    q->phase = q->phase == PHASE_DROP_TEAR ? PHASE_DONE : PHASE_DROP;
    return 0;
}

/*@ requires request_apart(q, c) && request_fits(c, q) && q->phase == PHASE_DROP && q->hold.v != 0;
    assigns q->phase, q->hold, c->walk, tables_ended, table_ended;
    ensures asked: asked_fits(q);
    ensures held: held_fits(q);
    ensures phase: phase_fits(c, q);
    ensures next: q->hold.v == 0 && (q->phase == PHASE_DONE || q->phase == PHASE_DROP_TEAR);
    ensures ended: q->phase == PHASE_DROP_TEAR ==> c->walk.depth == 1 &&
      c->walk.at[0].table.v == \old(q->hold.v) / 4096 && c->walk.at[0].level == q->hold_kind;
*/
static void step_drop(struct mmu_ctx *c, struct mmu_request *q)
{
    fref_t r = q->hold;

    q->hold = FREF_NONE;
    q->phase = table_put(c, r, q->hold_kind) == 0 ? PHASE_DONE : PHASE_DROP_TEAR;
}

/* What is to be done next of a request that is not at its end. */
/*@ requires valid_ctx(c) && ctx_apart(c) && vcpu_apart(c) && request_apart(q, c) && request_fits(c, q);
    requires nothing_in_hand && slots_behind == 0 && q->phase != PHASE_DONE;
    requires q->phase == PHASE_DROP ==> q->hold.v != 0;
    assigns q->rc, q->phase, q->hold, q->hold_kind, c->walk, c->flush, c->v->kernel_pt, c->v->user_pt, ref_got, ref_for,
      entry_kind, entry_made, entry_for, entry_out, table_got, table_for, table_kind, pin_put, slots_of, slots_kind,
      slots_done, slots_ours, slots_behind, slot_found[0 .. 511], slot_put[0 .. 511], slot_whose[0 .. 511],
      tables_begun, tables_ended, table_ended;
    assigns put_entry, put_over, put_table, put_slot, put_for, put_flushed \from \nothing;
    ensures hand: nothing_in_hand && slots_behind == 0;
    ensures asked: asked_fits(q);
    ensures held: held_fits(q);
    ensures phase: phase_fits(c, q);
    ensures else: \result == WALK_PREEMPTED || \result == 0;
    ensures waits: \result == WALK_PREEMPTED ==> !c->to_end && c->walk.depth > 0 && q->phase == \old(q->phase) &&
      q->phase != PHASE_TRY;
    ensures tried: \old(q->phase) == PHASE_TRY ==> base_dropped(c, q) &&
      (q->phase > PHASE_BUILD && q->rc == 0 ==> request_done(c, q));
    ensures kernel: c->v->kernel_pt.v != \old(c->v->kernel_pt.v) ==>
      \old(q->phase) == PHASE_TRY && (q->op == MMU_BASE || q->op == MMU_DROP_BASE);
    ensures user: c->v->user_pt.v != \old(c->v->user_pt.v) ==>
      \old(q->phase) == PHASE_TRY && (q->op == MMU_USER_BASE || q->op == MMU_DROP_USER_BASE);
    ensures still: \old(q->phase) != PHASE_TRY ==> put_table == \old(put_table) && put_slot == \old(put_slot) &&
      pin_put == \old(pin_put) && table_got == \old(table_got);
    ensures lasts: \old(q->phase) > PHASE_BUILD && \old(request_done(c, q)) ==> request_done(c, q);
    ensures built: \old(q->phase) == PHASE_BUILD ==> q->phase <= PHASE_BUILD || q->rc < 0;
    ensures ends: \old(q->phase) > PHASE_BUILD ==> q->phase > PHASE_BUILD && q->rc == \old(q->rc);
*/
static int step(struct mmu_ctx *c, struct mmu_request *q)
{
    switch ((enum mmu_phase)q->phase) {
    case PHASE_TRY: step_try(c, q); break;
    case PHASE_BUILD:
    case PHASE_TEAR:
    case PHASE_DROP_TEAR: return step_walk(c, q);
    case PHASE_DROP: step_drop(c, q); break;
    case PHASE_DONE: break;
    }
    return 0;
}

int mmu_request_run(struct mmu_ctx *c, struct mmu_request *q)
{
    /*@ loop invariant hand: nothing_in_hand && slots_behind == 0;
        loop invariant fits: request_fits(c, q);
        loop invariant effect: \at(q->phase, Pre) == PHASE_TRY && q->phase > PHASE_BUILD && q->rc == 0 ==>
          request_done(c, q);
        loop invariant dropped: \at(q->phase, Pre) == PHASE_TRY && q->phase > PHASE_TRY ==> base_dropped(c, q);
        loop invariant kernel: c->v->kernel_pt.v != \at(c->v->kernel_pt.v, Pre) ==>
          q->op == MMU_BASE || q->op == MMU_DROP_BASE;
        loop invariant user: c->v->user_pt.v != \at(c->v->user_pt.v, Pre) ==>
          q->op == MMU_USER_BASE || q->op == MMU_DROP_USER_BASE;
        loop assigns q->rc, q->phase, q->hold, q->hold_kind, c->walk, c->flush, c->v->kernel_pt, c->v->user_pt, ref_got,
          ref_for, entry_kind, entry_made, entry_for, entry_out, put_entry, put_over, put_table, put_slot, put_for,
          put_flushed, table_got, table_for, table_kind, pin_put, slots_of, slots_kind, slots_done, slots_ours,
          slots_behind, slot_found[0 .. 511], slot_put[0 .. 511], slot_whose[0 .. 511], tables_begun, tables_ended,
          table_ended;
    */
    while (q->phase != PHASE_DONE && (q->phase != PHASE_DROP || !fref_is_none(q->hold))) {
        if (step(c, q) == WALK_PREEMPTED)
            return WALK_PREEMPTED;
    }
    return q->rc;
}
