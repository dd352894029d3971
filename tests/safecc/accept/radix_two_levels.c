/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * A sparse table of two levels: the leaf tables are made on demand by the caller and may be
 * null.
 */
#include "core/base.h"

#define LEAF_SLOTS 64
#define TOP_SLOTS 64

struct leaf {
    uint32_t values[LEAF_SLOTS];
};

struct sparse {
    struct leaf *leaves[TOP_SLOTS];
};

uint32_t sparse_get(const struct sparse *s, uint32_t index)
{
    const struct leaf *l SC_NULLABLE;

    if (index >= LEAF_SLOTS * TOP_SLOTS)
        return 0;
    l = s->leaves[index / LEAF_SLOTS];
    return l == NULL ? 0 : l->values[index % LEAF_SLOTS];
}

/* 0, or -ENOENT when the caller has to give a leaf first. */
int sparse_set(struct sparse *s, uint32_t index, uint32_t value)
{
    struct leaf *l SC_NULLABLE;

    if (index >= LEAF_SLOTS * TOP_SLOTS)
        return -ERANGE;
    l = s->leaves[index / LEAF_SLOTS];
    if (l == NULL)
        return -ENOENT;
    l->values[index % LEAF_SLOTS] = value;
    return 0;
}

void sparse_give(struct sparse *s, uint32_t index, struct leaf *l)
{
    if (index < LEAF_SLOTS * TOP_SLOTS)
        s->leaves[index / LEAF_SLOTS] = l;
}
