/* SPDX-License-Identifier: MIT */
/* Where a request stands when it waits: in its vcpu's continuation record. */
#include "core/cont.h"
#include "core/log.h"
#include "core/pt.h"
#include "modules/pvmmu/pvmmu.h"

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
