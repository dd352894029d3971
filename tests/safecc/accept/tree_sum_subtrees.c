/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * Sums up the sizes in a directory tree kept as first-child and next-sibling pointers, by
 * bounded recursion.
 */
#include "core/base.h"

struct entry {
    uint64_t nr_bytes;
    const struct entry *first_child SC_NULLABLE;
    const struct entry *next SC_NULLABLE;
};

uint64_t entry_total(const struct entry *e, SC_RANGE(0, 16) uint32_t depth)
{
    uint64_t total = e->nr_bytes;

    if (depth == 0)
        return total;
    SC_TRIPS(1000)
    for (const struct entry *c SC_NULLABLE = e->first_child; c != NULL; c = c->next)
        total += entry_total(c, depth - 1);
    return total;
}
