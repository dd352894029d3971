/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * Merges overlapping intervals in an array sorted by start, in place, and returns how many are
 * left.
 */
#include "core/base.h"

struct interval {
    uint64_t start;
    uint64_t end; /* one past the last */
};

uint32_t intervals_merge(struct interval *v SC_COUNT(n), uint32_t n)
{
    uint32_t last = 0;

    if (n == 0)
        return 0;
    for (uint32_t i = 1; i < n; i++) {
        if (v[i].start <= v[last].end) {
            v[last].end = max_u64(v[last].end, v[i].end);
            continue;
        }
        last++;
        v[last] = v[i];
    }
    return last + 1;
}
