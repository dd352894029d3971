/* SPDX-License-Identifier: MIT */
/* Building and tearing down trees of tables, a step at a time. */
#include "core/cont.h"
#include "core/log.h"
#include "core/require.h"
#include "modules/pvmmu/pvmmu.h"

/*@ requires walk_fits(c) && room_for(c, level) && (mode == WALK_BUILD || mode == WALK_TEAR);
    requires table.v < 0x10000000000;
    assigns c->walk;
    ensures walk_fits(c) && pushed{Pre, Post}(c, level, mode);
    ensures c->walk.at[\old(c->walk.depth)].table.v == table.v && c->walk.err == \old(c->walk.err);
*/
static void push(struct mmu_ctx *c, mfn_t table, unsigned level, enum walk_mode mode)
{
    struct pt_walk *w = &c->walk;

    w->at[w->depth].table = table;
    w->at[w->depth].level = (uint8_t)level;
    w->at[w->depth].mode = (uint8_t)mode;
    w->depth++;
}

/* All slots are adopted: the table is one, and what its building was for leads to it. */
/*@ requires valid_ctx(c) && ctx_apart(c) && walk_fits(c) && c->walk.depth > 0 && nothing_in_hand;
    requires slots_of == table.v && slots_kind == level && slots_done == 512 && slots_behind == 0;
    assigns c->walk.depth, ref_got, ref_for, entry_made, entry_for, slots_of, slots_kind, slots_done, slots_ours,
      slots_behind, slot_found[0 .. 511], slot_put[0 .. 511], slot_whose[0 .. 511];
    ensures hand: nothing_in_hand && slots_behind == 0;
    ensures done: walk_fits(c) && c->walk.depth == \old(c->walk.depth) - 1;
    ensures above: c->walk.depth > 0 ==> slots_of == c->walk.at[c->walk.depth - 1].table.v && slots_done > 0;
    ensures leads: c->walk.depth > 0 ==> entry_present(slot_put[slots_done - 1]) &&
      entry_frame(slot_put[slots_done - 1]) == table.v && entry_frame(slot_found[slots_done - 1]) == table.v;
    ensures users: c->walk.depth > 0 ==> entry_users(slot_put[slots_done - 1]);
*/
static void build_done(struct mmu_ctx *c, mfn_t table, unsigned level)
{
    struct pt_walk *w = &c->walk;
    unsigned up, slot;
    uint64_t pte;
    fref_t r;

    if (level == KIND_L4)
        hvmap_fill_l4(table, c->pt_owner);
    r = frame_table_seal(table);
    w->depth--;
    if (w->depth == 0) {
        fref_moved(r); /* who asked counts it: request.c */
        return;
    }
    up = w->depth - 1;
    slot = pt_progress(w->at[up].table, w->at[up].level);
    module_require(slot < 512);
    pte = pt_find(w->at[up].table, slot);
    module_require(pte_present(pte) && pte_mfn(pte).v == table.v);
    /*@ assert it: r.v / 4096 == table.v && entry_frame(pte) == table.v && w->at[up].level != KIND_SEG; */
    pt_adopt(w->at[up].table, slot, pte_make(r, pte_for_user(pte), true));
    /*@ assert there: entry_present(slot_put[slot]) && entry_frame(slot_put[slot]) == table.v; */
    /*@ assert owns: slot_owns(slot); */
    pt_progress_set(w->at[up].table, slot + 1);
    /*@ assert above: up == c->walk.depth - 1 && slots_of == w->at[up].table.v; */
    /*@ assert further: slots_done == slot + 1; */
}

/*@ requires valid_ctx(c) && ctx_apart(c) && walk_fits(c) && c->walk.depth > 0 && nothing_in_hand && slots_behind == 0;
    requires c->walk.at[c->walk.depth - 1].mode == WALK_BUILD;
    assigns c->walk, ref_got, ref_for, entry_kind, entry_made, entry_for, slots_of, slots_kind, slots_done, slots_ours,
      slots_behind, slot_found[0 .. 511], slot_put[0 .. 511], slot_whose[0 .. 511], tables_begun;
    ensures hand: nothing_in_hand && slots_behind == 0;
    ensures fits: walk_fits(c);
    ensures begun: tables_begun != \old(tables_begun) ==>
      pushed{Pre, Post}(c, \old(c->walk.at[c->walk.depth - 1].level) - 1, WALK_BUILD);
    ensures which: tables_begun != \old(tables_begun) ==> 0 <= slots_done < 512 &&
      c->walk.at[\old(c->walk.depth)].table.v == entry_frame(slot_found[slots_done]);
    ensures or: tables_begun == \old(tables_begun) ==> c->walk.depth == \old(c->walk.depth) - 1 ||
      (c->walk.depth == \old(c->walk.depth) && c->walk.err < 0 && c->walk.at[c->walk.depth - 1].mode == WALK_TEAR);
*/
static void build_step(struct mmu_ctx *c)
{
    struct pt_walk *w = &c->walk;
    unsigned top = w->depth - 1, level = w->at[top].level, at;
    mfn_t table = w->at[top].table, below = table;
    int err = 0;

    at = pt_progress(table, level);
    if (level == KIND_L1)
        at = build_l1(c, table, at, &err);
    else if (level == KIND_SEG)
        at = build_seg(table, &err);
    else
        at = build_upper(c, table, level, at, &err, &below);
    pt_progress_set(table, at);
    if (at == 512) {
        build_done(c, table, level);
    } else if (err == FRAME_BUILD) {
        /*@ assert level: level == \at(c->walk.at[c->walk.depth - 1].level, Pre) && walk_same{Pre, Here}(c, c->walk.depth); */
        push(c, below, level - 1, WALK_BUILD);
        /*@ assert pushed: pushed{Pre, Here}(c, level - 1, WALK_BUILD); */
    } else {
        log_guest(LOG_DEBUG, "mfn %lx as L%u: entry %u %lx refused (%d)", table.v, level, at, pt_load(table, at), err);
        w->err = err;
        w->at[top].mode = WALK_TEAR;
    }
}

/*@ requires walk_fits(c) && c->walk.depth > 0;
    requires slots_of == table.v && slots_done == 0 && slots_behind == 0;
    assigns c->walk, c->flush;
    ensures done: walk_fits(c) && c->walk.depth == \old(c->walk.depth) - 1 && c->flush;
    ensures err: c->walk.err == \old(c->walk.err);
    ensures others: walk_same{Pre, Post}(c, c->walk.err == 0 ? c->walk.depth : c->walk.depth - 1);
    ensures parent: c->walk.err != 0 && c->walk.depth > 0 ==> c->walk.at[c->walk.depth - 1].mode == WALK_TEAR;
*/
static void tear_done(struct mmu_ctx *c, mfn_t table)
{
    struct pt_walk *w = &c->walk;

    c->flush = true;
    frame_table_reset(table);
    w->depth--;
    /* A failed child fails its parent, whose slot owns nothing yet. */
    if (w->err != 0 && w->depth > 0)
        w->at[w->depth - 1].mode = WALK_TEAR;
}

/*@ requires walk_fits(c) && c->walk.depth > 0 && nothing_in_hand && slots_behind == 0;
    requires c->walk.at[c->walk.depth - 1].mode != WALK_BUILD;
    assigns c->walk, c->flush, entry_made, entry_out, slots_of, slots_kind, slots_done, slots_ours, slots_behind,
      slot_found[0 .. 511], slot_put[0 .. 511], slot_whose[0 .. 511], tables_ended, table_ended;
    ensures hand: nothing_in_hand && slots_behind == 0;
    ensures fits: walk_fits(c);
    ensures tears: \old(only_tears(c)) ==> only_tears(c);
    ensures ended: tables_ended != \old(tables_ended) ==>
      pushed{Pre, Post}(c, \old(c->walk.at[c->walk.depth - 1].level) - 1, WALK_TEAR);
    ensures which: tables_ended != \old(tables_ended) ==> c->walk.at[\old(c->walk.depth)].table.v == table_ended;
    ensures or: tables_ended == \old(tables_ended) ==> c->walk.depth == \old(c->walk.depth) - 1 && c->flush;
    ensures parent: tables_ended == \old(tables_ended) && c->walk.err != 0 && c->walk.depth > 0 ==>
      c->walk.at[c->walk.depth - 1].mode == WALK_TEAR;
*/
static void tear_step(struct mmu_ctx *c)
{
    struct pt_walk *w = &c->walk;
    unsigned top = w->depth - 1, level = w->at[top].level;
    mfn_t table = w->at[top].table;
    unsigned i = pt_progress(table, level);

    /*@ loop invariant 0 <= i <= slots_done && slots_of == table.v && slots_kind == level && nothing_in_hand;
        loop invariant none: tables_ended == \at(tables_ended, Pre);
        loop invariant gone: \forall integer k; i <= k < slots_done ==> slot_gone(k);
        loop invariant left: \forall integer k; 0 <= k < i ==> slot_whose[k] == NOT_ADOPTED;
        loop assigns i, entry_made, entry_out, slots_behind, slot_whose[0 .. 511], tables_ended, table_ended;
        loop variant i;
    */
    while (i > 0 && level != KIND_SEG) {
        uint64_t pte = hv_slot(level, --i) ? 0 : pt_give_up(table, i);

        if (!pte_present(pte))
            continue;
        if (level == KIND_L1) {
            frame_put(pte_ref(pte));
        } else if (frame_put_table(pte_table_ref(pte))) {
            pt_progress_set(table, i);
            push(c, pte_mfn(pte), level - 1, WALK_TEAR);
            /*@ assert tears: \at(only_tears(c), Pre) ==> only_tears(c); */
            return;
        }
    }
    pt_progress_set(table, 0);
    /*@ assert still: \at(only_tears(c), Pre) ==> only_tears(c); */
    tear_done(c, table);
    /*@ assert tears: \at(only_tears(c), Pre) ==> only_tears(c); */
}

int walk_run(struct mmu_ctx *c)
{
    /*@ loop invariant walk_fits(c) && nothing_in_hand && slots_behind == 0;
        loop invariant tears: \at(only_tears(c), Pre) ==> only_tears(c);
        loop assigns c->walk, c->flush, ref_got, ref_for, entry_kind, entry_made, entry_for, entry_out, slots_of,
          slots_kind, slots_done, slots_ours, slots_behind, slot_found[0 .. 511], slot_put[0 .. 511],
          slot_whose[0 .. 511], tables_begun, tables_ended, table_ended;
    */
    while (c->walk.depth > 0) {
        if (!c->to_end && preempt_needed())
            return WALK_PREEMPTED;
        if (c->walk.at[c->walk.depth - 1].mode == WALK_BUILD)
            build_step(c);
        else
            tear_step(c);
    }
    return c->walk.err;
}

int table_get(struct mmu_ctx *c, mfn_t m, unsigned kind, fref_t *out)
{
    int rc = frame_get_table(m, c->pt_owner->id, kind, out);

    if (rc != FRAME_BUILD)
        return rc;
    c->walk.err = 0;
    push(c, m, kind, WALK_BUILD);
    return WALK_PREEMPTED;
}

int table_put(struct mmu_ctx *c, fref_t r, unsigned kind)
{
    mfn_t m = fref_mfn(r);

    if (fref_is_none(r) || !frame_put_table(r))
        return 0;
    c->walk.err = 0;
    push(c, m, kind, WALK_TEAR);
    return WALK_PREEMPTED;
}
