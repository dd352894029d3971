/* SPDX-License-Identifier: MIT */
// expect: ok
// run: ok
/*
 * Insertion sort: the inner loop moves elements up while a place below is left.
 */
#include "sc_host.h"

static void sort(int32_t *a SC_COUNT(n), uint32_t n)
{
    for (uint32_t i = 1; i < n; i++) {
        const int32_t value = a[i];
        uint32_t at = i;

        SC_VARIANT(at)
        while (at > 0 && a[at - 1] > value) {
            a[at] = a[at - 1];
            at--;
        }
        a[at] = value;
    }
}

int main(void)
{
    int32_t a[32];
    int64_t sum = 0;

    for (int32_t i = 0; i < 32; i++) {
        a[i] = i * 21 % 32 - 16;
        sum += a[i];
    }
    sort(a, 32);
    for (int32_t i = 0; i < 32; i++) {
        if (i > 0 && a[i - 1] > a[i])
            return 1;
        sum -= a[i];
    }
    return sum == 0 ? 0 : 2;
}
