/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * Sums of sizes with the compiler's overflow builtins, so that a table's total is right or
 * refused.
 */
#include "core/base.h"

struct region {
    uint64_t start;
    uint64_t nr_bytes;
};

/* The sum of sizes, or -EOVERFLOW. */
int regions_total(const struct region *r SC_COUNT(n), uint32_t n, uint64_t *total)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < n; i++) {
        uint64_t end;

        if (__builtin_add_overflow(r[i].start, r[i].nr_bytes, &end))
            return -EOVERFLOW;
        if (__builtin_add_overflow(sum, r[i].nr_bytes, &sum))
            return -EOVERFLOW;
    }
    *total = sum;
    return 0;
}
