/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * Pending bits in two levels: one summary word says which words of the lower level hold any.
 */
#include "core/base.h"

struct pending {
    uint64_t summary;
    uint64_t words[64];
};

void pending_set(struct pending *p, SC_RANGE(0, 4095) uint32_t nr)
{
    p->words[nr / 64] |= 1UL << nr % 64;
    p->summary |= 1UL << nr / 64;
}

/* The lowest pending number, taken; -1 when there is none. */
int32_t pending_take(struct pending *p)
{
    uint32_t word, bit;

    if (p->summary == 0)
        return -1;
    word = (uint32_t)__builtin_ctzl(p->summary) & 63;
    const uint64_t bits = p->words[word];
    if (bits == 0) {
        p->summary &= ~(1UL << word);
        return -1;
    }
    bit = (uint32_t)__builtin_ctzl(bits) & 63;
    p->words[word] = bits & (bits - 1);
    if (p->words[word] == 0)
        p->summary &= ~(1UL << word);
    return (int32_t)(word * 64 + bit);
}
