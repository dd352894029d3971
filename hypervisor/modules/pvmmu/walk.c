/* SPDX-License-Identifier: MIT */
/* Building and tearing down trees of tables, a step at a time. */
#include "core/cont.h"
#include "core/log.h"
#include "modules/pvmmu/pvmmu.h"

static void push(struct pt_walk *w, mfn_t table, unsigned level, enum walk_mode mode)
{
    BUG_ON(w->depth >= ARRAY_SIZE(w->at));
    w->at[w->depth].table = table;
    w->at[w->depth].level = (uint8_t)level;
    w->at[w->depth].mode = (uint8_t)mode;
    w->depth++;
}

static void walk_start_build(struct mmu_ctx *c, mfn_t table, unsigned level)
{
    c->walk.err = 0;
    push(&c->walk, table, level, WALK_BUILD);
}

static void walk_start_tear(struct mmu_ctx *c, mfn_t table, unsigned level)
{
    c->walk.err = 0;
    frame_set_progress(table, 512);
    push(&c->walk, table, level, WALK_TEAR);
}

static void build_done(struct mmu_ctx *c, mfn_t table, unsigned level)
{
    struct pt_walk *w = &c->walk;
    unsigned up, slot;
    uint64_t pte;

    if (level == KIND_L4)
        hvmap_fill_l4(table, c->pt_owner);
    frame_table_seal(table);
    w->depth--;
    if (w->depth == 0)
        return;
    up = w->depth - 1;
    slot = frame_progress(w->at[up].table);
    pte = pt_load(w->at[up].table, slot);
    pt_adopt(w->at[up].table, slot, pte_make(pte_table_ref(pte), pte_for_user(pte), true));
    frame_set_progress(w->at[up].table, slot + 1);
}

static void build_step(struct mmu_ctx *c)
{
    struct pt_walk *w = &c->walk;
    unsigned top = w->depth - 1, level = w->at[top].level, at;
    mfn_t table = w->at[top].table;
    int err = 0;

    at = frame_progress(table);
    if (level == KIND_L1)
        at = build_l1(c, table, at, &err);
    else if (level == KIND_SEG)
        at = build_seg(table, &err);
    else
        at = build_upper(c, table, level, at, &err);
    frame_set_progress(table, at);
    if (at == 512) {
        build_done(c, table, level);
    } else if (err == FRAME_BUILD) {
        push(w, pte_mfn(pt_load(table, at)), level - 1, WALK_BUILD);
    } else {
        log_guest(LOG_DEBUG, "mfn %lx as L%u: entry %u %lx refused (%d)", table.v, level, at, pt_load(table, at), err);
        w->err = err;
        w->at[top].mode = WALK_TEAR;
    }
}

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

static void tear_step(struct mmu_ctx *c)
{
    struct pt_walk *w = &c->walk;
    unsigned top = w->depth - 1, level = w->at[top].level;
    mfn_t table = w->at[top].table;
    unsigned i = level == KIND_SEG ? 0 : frame_progress(table);

    while (i > 0) {
        uint64_t pte = pt_load(table, --i);

        if (!pte_present(pte) || hv_slot(level, i))
            continue;
        if (level == KIND_L1) {
            frame_put(pte_ref(pte));
        } else if (frame_put_table(pte_table_ref(pte))) {
            frame_set_progress(table, i);
            frame_set_progress(pte_mfn(pte), 512);
            push(w, pte_mfn(pte), level - 1, WALK_TEAR);
            return;
        }
    }
    tear_done(c, table);
}

int walk_run(struct mmu_ctx *c)
{
    struct pt_walk *w = &c->walk;

    while (w->depth > 0) {
        if (!c->to_end && preempt_needed())
            return WALK_PREEMPTED;
        if (w->at[w->depth - 1].mode == WALK_BUILD)
            build_step(c);
        else
            tear_step(c);
    }
    return w->err;
}

int walk_to_end(struct mmu_ctx *c)
{
    c->to_end = true;
    return walk_run(c);
}

void table_put_to_end(struct mmu_ctx *c, fref_t r, unsigned kind)
{
    if (unlikely(table_put(c, r, kind) != 0) && walk_to_end(c) != 0)
        panic("a tear-down failed");
}

int table_get(struct mmu_ctx *c, mfn_t m, unsigned kind, fref_t *out)
{
    int rc = frame_get_table(m, c->pt_owner->id, kind, out);

    if (rc != FRAME_BUILD)
        return rc;
    walk_start_build(c, m, kind);
    return WALK_PREEMPTED;
}

int table_put(struct mmu_ctx *c, fref_t r, unsigned kind)
{
    mfn_t m = fref_mfn(r);

    if (fref_is_none(r) || !frame_put_table(r))
        return 0;
    walk_start_tear(c, m, kind);
    return WALK_PREEMPTED;
}
