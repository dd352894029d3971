/* SPDX-License-Identifier: MIT */
/*
 * Builds a complete binary tree and adds up its values, over and over, by recursion
 * whose depth is bounded: pointers read from memory and tested for null.
 */
#include "sc_host.h"

#define DEPTH_MAX 24

struct tree {
    int64_t value;
    struct tree *left SC_NULLABLE;
    struct tree *right SC_NULLABLE;
};

SC_NULLABLE static struct tree *tree_build(uint32_t depth, int64_t value)
{
    struct tree *t SC_NULLABLE;

    if (depth == 0)
        return NULL;
    t = sc_new(struct tree);
    if (t == NULL)
        exit(1);
    t->value = value;
    t->left = tree_build(depth - 1, 2 * value);
    t->right = tree_build(depth - 1, 2 * value + 1);
    return t;
}

static int64_t tree_add(const struct tree *t SC_NULLABLE, uint32_t depth)
{
    if (t == NULL || depth == 0)
        return 0;
    return t->value + tree_add(t->left, depth - 1) + tree_add(t->right, depth - 1);
}

int main(int argc, char **argv SC_COUNT(argc))
{
    const uint32_t depth = (uint32_t)sc_arg(argc, argv, 1, 18);
    const uint32_t nr_rounds = (uint32_t)sc_arg(argc, argv, 2, 900);
    struct tree *root SC_NULLABLE;
    int64_t sum = 0;

    if (depth > DEPTH_MAX)
        return 1;
    root = tree_build(depth, 1);
    if (root == NULL)
        return 1;
    for (uint32_t i = 0; i < nr_rounds; i++) {
        root->value = i;
        sum += tree_add(root, DEPTH_MAX) ^ i;
    }
    printf("treeadd: depth %u, sum %ld\n", depth, sum);
    return 0;
}
