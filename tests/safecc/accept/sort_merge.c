/* SPDX-License-Identifier: MIT */
// expect: ok
// run: ok
/*
 * Merge sort from the bottom up between two arrays that change roles by a copy back.
 */
#include "sc_host.h"

static void merge_runs(uint32_t *to SC_COUNT(n), const uint32_t *from SC_COUNT(n), uint32_t n, uint32_t run)
{
    for (uint32_t start = 0; start < n; start += 2 * run) {
        const uint32_t middle = run < n - start ? start + run : n;
        const uint32_t end = 2 * run < n - start ? start + 2 * run : n;
        uint32_t left = start, right = middle;

        for (uint32_t at = start; at < end; at++) {
            if (left < middle && (right >= end || from[left] <= from[right]))
                to[at] = from[left++];
            else if (right < end)
                to[at] = from[right++];
        }
    }
}

static void merge_sort(uint32_t *a SC_COUNT(n), uint32_t *scratch SC_COUNT(n), SC_RANGE(0, 1000000) uint32_t n)
{
    for (uint32_t run = 1; run < n; run *= 2) {
        merge_runs(scratch, a, n, run);
        for (uint32_t i = 0; i < n; i++)
            a[i] = scratch[i];
    }
}

int main(void)
{
    const uint32_t n = 1000;
    uint32_t *a SC_NULLABLE SC_OWNED SC_COUNT(n) = sc_new_array(uint32_t, n);
    uint32_t *scratch SC_NULLABLE SC_OWNED SC_COUNT(n) = sc_new_array(uint32_t, n);
    int result = 0;

    if (a == NULL || scratch == NULL)
        return 1;
    for (uint32_t i = 0; i < n; i++)
        a[i] = i * 7919 % 1009;
    merge_sort(a, scratch, n);
    for (uint32_t i = 1; i < n; i++)
        if (a[i - 1] > a[i])
            result = 2;
    sc_delete_array(scratch);
    sc_delete_array(a);
    return result;
}
