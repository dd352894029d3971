/* SPDX-License-Identifier: MIT */
// expect: ok
// run: ok
/*
 * A binary search tree in a table: children are indices, zero is none, and the walk down is
 * bounded by the table's size.
 */
#include "sc_host.h"

#define NR_SLOTS 200

struct slot {
    int32_t key;
    uint16_t left;
    uint16_t right;
};

struct index_tree {
    uint32_t used; /* slot 0 stays empty */
    uint16_t root;
    struct slot slots[NR_SLOTS];
};

static bool tree_insert(struct index_tree *t, int32_t key)
{
    const uint32_t fresh = t->used;
    uint32_t at = t->root;

    if (fresh == 0 || fresh >= NR_SLOTS)
        return false;
    t->slots[fresh].key = key;
    t->slots[fresh].left = 0;
    t->slots[fresh].right = 0;
    t->used = fresh + 1;
    if (at == 0) {
        t->root = (uint16_t)fresh;
        return true;
    }
    for (uint32_t turns = 0; turns < NR_SLOTS && at < NR_SLOTS; turns++) {
        struct slot *s = &t->slots[at];

        at = key < s->key ? s->left : s->right;
        if (at != 0)
            continue;
        if (key < s->key)
            s->left = (uint16_t)fresh;
        else
            s->right = (uint16_t)fresh;
        return true;
    }
    return false;
}

static uint32_t tree_depth_of(const struct index_tree *t, int32_t key)
{
    uint32_t at = t->root;

    for (uint32_t depth = 1; depth <= NR_SLOTS && at != 0 && at < NR_SLOTS; depth++) {
        const struct slot *s = &t->slots[at];

        if (s->key == key)
            return depth;
        at = key < s->key ? s->left : s->right;
    }
    return 0;
}

int main(void)
{
    static struct index_tree t = { .used = 1 };

    for (int32_t i = 0; i < 150; i++)
        if (!tree_insert(&t, i * 37 % 151))
            return 1;
    for (int32_t i = 0; i < 150; i++)
        if (tree_depth_of(&t, i * 37 % 151) == 0)
            return 2;
    return tree_depth_of(&t, 1000) == 0 ? 0 : 3;
}
