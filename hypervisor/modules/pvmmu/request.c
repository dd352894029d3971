/* SPDX-License-Identifier: MIT */
/* Requests that may build or tear down tables, in steps that can wait. */
#include "core/tlb.h"
#include "core/cont.h"
#include "core/log.h"
#include "modules/pvmmu/pvmmu.h"

enum phase { PHASE_TRY, PHASE_BUILD, PHASE_TEAR, PHASE_DROP, PHASE_DROP_TEAR, PHASE_DONE };

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

static int try_unpin(struct mmu_ctx *c, struct mmu_request *q, bool *committed)
{
    fref_t r;
    int rc = frame_unpin(q->mfn, c->pt_owner->id, &r);

    if (rc != 0)
        return rc;
    *committed = true;
    return table_put(c, r, (unsigned)frame_word_type(frame_state(q->mfn)));
}

static int try_base(struct mmu_ctx *c, const struct mmu_request *q, bool *committed)
{
    struct vcpu *v = c->v;
    bool user = q->op == MMU_USER_BASE;
    fref_t r = FREF_NONE;
    int rc = 0;

    if (!user || q->mfn.v != 0)
        rc = frame_get_sealed(q->mfn, c->pt_owner->id, KIND_L4, &r) == 0 ? 0 : table_get(c, q->mfn, KIND_L4, &r);
    if (rc != 0)
        return rc;
    *committed = true;
    return table_put(c, vcpu_set_base(v, user, r), KIND_L4);
}

static int try_drop_base(struct mmu_ctx *c, const struct mmu_request *q, bool *committed)
{
    *committed = true;
    return table_put(c, vcpu_drop_base(c->v, q->op == MMU_DROP_USER_BASE), KIND_L4);
}

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
static void step_try(struct mmu_ctx *c, struct mmu_request *q)
{
    bool committed = false;
    int rc = try_op(c, q, &committed);

    q->rc = rc == WALK_PREEMPTED ? 0 : rc;
    if (c->walk.depth == 0) {
        q->phase = PHASE_DROP;
    } else if (committed || rc != WALK_PREEMPTED) {
        q->phase = PHASE_TEAR;
    } else {
        q->hold_kind = c->walk.at[0].level;
        q->hold = pte_table_ref(mfn_to_maddr(c->walk.at[0].table).v); /* what is built counts it */
        q->phase = PHASE_BUILD;
    }
}

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

static void step_drop(struct mmu_ctx *c, struct mmu_request *q)
{
    fref_t r = q->hold;

    q->hold = FREF_NONE;
    q->phase = table_put(c, r, q->hold_kind) == 0 ? PHASE_DONE : PHASE_DROP_TEAR;
}

int mmu_request_run(struct mmu_ctx *c, struct mmu_request *q)
{
    for (;;) {
        switch ((enum phase)q->phase) {
        case PHASE_TRY: step_try(c, q); break;
        case PHASE_BUILD:
        case PHASE_TEAR:
        case PHASE_DROP_TEAR:
            if (step_walk(c, q) == WALK_PREEMPTED)
                return WALK_PREEMPTED;
            break;
        case PHASE_DROP:
            if (likely(fref_is_none(q->hold)))
                return q->rc;
            step_drop(c, q);
            break;
        case PHASE_DONE: return q->rc;
        }
    }
}

/* The record: a word a field.  Version 1 had room for a walk of four tables. */
#define RECORD_VERSION 2

void mmu_request_save(const struct mmu_ctx *c, const struct mmu_request *q, uint64_t extra, uint8_t op)
{
    struct continuation *r = &c->v->cont;
    unsigned n = 0;

    r->active = true;
    r->op = op;
    r->version = RECORD_VERSION;
    r->word[n++] = extra;
    r->word[n++] = q->op | (uint64_t)q->kind << 8 | (uint64_t)q->preserve_ad << 16 | (uint64_t)q->slot << 24 |
                   (uint64_t)q->phase << 40 | (uint64_t)q->hold_kind << 48 | (uint64_t)c->flush << 56;
    r->word[n++] = q->mfn.v;
    r->word[n++] = q->value;
    r->word[n++] = (uint64_t)(int64_t)q->rc;
    r->word[n++] = mfn_to_maddr(fref_mfn(q->hold)).v;
    r->word[n++] = c->walk.depth;
    r->word[n++] = (uint64_t)(int64_t)c->walk.err;
    for (unsigned i = 0; i < ARRAY_SIZE(c->walk.at); i++)
        r->word[n++] = c->walk.at[i].table.v << 16 | (uint64_t)c->walk.at[i].level << 8 | c->walk.at[i].mode;
}

uint64_t mmu_request_restore(struct mmu_ctx *c, struct mmu_request *q)
{
    struct continuation *r = &c->v->cont;
    unsigned n = 1;
    uint64_t w = r->word[n++];

    BUG_ON(r->version != RECORD_VERSION);
    r->active = false;
    q->op = (uint8_t)w;
    q->kind = (uint8_t)(w >> 8);
    q->preserve_ad = (w >> 16 & 1) != 0;
    q->slot = (uint16_t)(w >> 24);
    q->phase = (uint8_t)(w >> 40);
    q->hold_kind = (uint8_t)(w >> 48);
    c->flush = (w >> 56 & 1) != 0;
    q->mfn = mfn(r->word[n++]);
    q->value = r->word[n++];
    q->rc = (int32_t)r->word[n++];
    w = r->word[n++];
    q->hold = FREF_NONE;
    if (w != 0)
        q->hold = pte_table_ref(w);
    c->walk.depth = (uint32_t)r->word[n++];
    c->walk.err = (int32_t)r->word[n++];
    for (unsigned i = 0; i < ARRAY_SIZE(c->walk.at); i++) {
        w = r->word[n++];
        c->walk.at[i].table = mfn(w >> 16);
        c->walk.at[i].level = (uint8_t)(w >> 8);
        c->walk.at[i].mode = (uint8_t)w;
    }
    return r->word[0];
}
