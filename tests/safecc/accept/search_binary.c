/* SPDX-License-Identifier: MIT */
// expect: ok
// run: ok
/*
 * Binary search for the first element not below a key; low <= high <= n throughout.
 */
#include "sc_host.h"

static uint32_t lower_bound(const uint64_t *a SC_COUNT(n), uint32_t n, uint64_t key)
{
    uint32_t low = 0, high = n;

    SC_VARIANT(high - low)
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;

        if (a[middle] < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int main(void)
{
    uint64_t squares[40];

    for (uint64_t i = 0; i < 40; i++)
        squares[i] = i * i;
    for (uint64_t i = 1; i < 40; i++) {
        if (lower_bound(squares, 40, i * i) != i)
            return 1;
        if (lower_bound(squares, 40, i * i + 1) != i + 1)
            return 2;
    }
    return lower_bound(squares, 0, 5) == 0 ? 0 : 3;
}
