/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * Looks up a key in a tree of pointers by a loop: each turn tests a local copy of the link.
 */
#include "core/base.h"

#define DEPTH_MAX 48

struct range_node {
    uint64_t first;
    uint64_t last;
    uint32_t owner;
    struct range_node *left SC_NULLABLE;
    struct range_node *right SC_NULLABLE;
};

/* Who owns the address?  0: nobody. */
uint32_t range_owner(const struct range_node *root SC_NULLABLE, uint64_t address)
{
    const struct range_node *at SC_NULLABLE = root;

    SC_TRIPS(DEPTH_MAX)
    while (at != NULL) {
        if (address < at->first)
            at = at->left;
        else if (address > at->last)
            at = at->right;
        else
            return at->owner;
    }
    return 0;
}
