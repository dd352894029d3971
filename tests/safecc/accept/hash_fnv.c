/* SPDX-License-Identifier: MIT */
// expect: ok
// run: ok
/*
 * The FNV-1a hash, whose multiplication is meant to wrap, used to pick a bucket.
 */
#include "sc_host.h"

#define NR_BUCKETS 31

static uint32_t fnv1a(const uint8_t *bytes SC_COUNT(n), uint32_t n)
{
    uint32_t hash = 2166136261U;

    for (uint32_t i = 0; i < n; i++) {
        hash ^= bytes[i];
        hash *= 16777619U;
    }
    return hash;
}

int main(void)
{
    static const uint8_t text[] = { 'f', 'o', 'o', 'b', 'a', 'r' };
    uint32_t histogram[NR_BUCKETS] = { 0 };
    uint32_t total = 0;

    for (uint32_t n = 0; n <= sizeof(text); n++)
        histogram[fnv1a(text, n) % NR_BUCKETS]++;
    for (uint32_t b = 0; b < NR_BUCKETS; b++)
        total += histogram[b];
    return fnv1a(text, sizeof(text)) == 0xbf9cf968U && total == 7 ? 0 : 1;
}
