/* SPDX-License-Identifier: MIT */
/*
 * Which sums can be made of a set of weights?  Dynamic programming over a table of bytes:
 * one row per weight, from the row before.  The inner loop is one clang turns into vector
 * code when it holds no check; a check left inside costs an order of magnitude.
 */
#include "sc_host.h"

#define NR_WEIGHTS 60

/* next[s] = can s be made with this weight or without it? */
static void add_weight(uint8_t *restrict next SC_COUNT(n), const uint8_t *restrict row SC_COUNT(n), uint32_t n,
                       uint32_t weight)
{
    const uint32_t low = weight < n ? weight : n;

    for (uint32_t s = 0; s < low; s++)
        next[s] = row[s];
    for (uint32_t s = low; s < n; s++)
        next[s] = row[s] | row[s - low];
}

int main(int argc, char **argv SC_COUNT(argc))
{
    const uint32_t n = (uint32_t)sc_arg(argc, argv, 1, 200000) + 1;
    const uint32_t nr_rounds = (uint32_t)sc_arg(argc, argv, 2, 1200);
    uint8_t *even SC_NULLABLE SC_COUNT(n) = sc_new_array(uint8_t, n);
    uint8_t *odd SC_NULLABLE SC_COUNT(n) = sc_new_array(uint8_t, n);
    uint64_t made = 0;

    if (even == NULL || odd == NULL || n == 0)
        return 1;
    for (uint32_t round = 0; round < nr_rounds; round++) {
        uint32_t seed = round + 1;

        for (uint32_t s = 0; s < n; s++)
            even[s] = 0;
        even[0] = 1;
        for (uint32_t w = 0; w < NR_WEIGHTS; w += 2) {
            seed = seed * 1664525U + 1013904223U;
            add_weight(odd, even, n, 1 + (seed >> 8) % 9973);
            seed = seed * 1664525U + 1013904223U;
            add_weight(even, odd, n, 1 + (seed >> 8) % 9973);
        }
        for (uint32_t s = 0; s < n; s++)
            made += even[s];
    }
    printf("subset_sum_dp: %u sums, %lu made in %u rounds\n", n, made, nr_rounds);
    sc_delete_array(even);
    sc_delete_array(odd);
    return 0;
}
