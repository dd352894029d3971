/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * The height of a tree by recursion; a depth parameter bounds it and what is deeper counts as
 * broken.
 */
#include "core/base.h"

struct branch {
    const struct branch *child[2];
};

/* The height, or -1 when the tree is higher than allowed. */
int32_t branch_height(const struct branch *b SC_NULLABLE, SC_RANGE(0, 32) uint32_t depth)
{
    int32_t best = 0;

    if (b == NULL)
        return 0;
    if (depth == 0)
        return -1;
    for (uint32_t i = 0; i < 2; i++) {
        const int32_t height = branch_height(b->child[i], depth - 1);

        if (height < 0)
            return -1;
        if (height > best)
            best = height;
    }
    return best + 1;
}
