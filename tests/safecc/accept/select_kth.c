/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * The k-th smallest element by partitioning; both ends of the range are kept as indices within
 * the array.
 */
#include "core/base.h"

int64_t select_kth(int64_t *a SC_COUNT(n), SC_RANGE(1, 4096) uint32_t n, uint32_t k)
{
    uint32_t low = 0, high = n - 1;

    if (k >= n)
        return 0;
    SC_TRIPS(4096)
    while (low < high) {
        const int64_t pivot = a[high];
        uint32_t split = low;

        for (uint32_t i = low; i < high; i++) {
            if (a[i] >= pivot)
                continue;
            const int64_t moved = a[i];
            a[i] = a[split];
            a[split] = moved;
            split++;
        }
        a[high] = a[split];
        a[split] = pivot;
        if (split == k)
            break;
        if (split < k)
            low = split + 1;
        else
            high = split - 1;
    }
    return a[k];
}
