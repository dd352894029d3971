/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * Shell sort with a constant table of gaps.
 */
#include "core/base.h"

static const uint32_t gaps[] = { 701, 301, 132, 57, 23, 10, 4, 1 };

void sort_shell(uint64_t *a SC_COUNT(n), uint32_t n)
{
    for (uint32_t g = 0; g < ARRAY_SIZE(gaps); g++) {
        const uint32_t gap = gaps[g];

        for (uint32_t i = gap; i < n; i++) {
            const uint64_t value = a[i];
            uint32_t at = i;

            SC_VARIANT(at)
            while (at >= gap && a[at - gap] > value) {
                a[at] = a[at - gap];
                at -= gap;
            }
            a[at] = value;
        }
    }
}
