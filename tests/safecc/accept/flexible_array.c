/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * A structure that ends in an array whose length is a field before it.
 */
#include "core/base.h"

struct bundle {
    uint32_t kind;
    uint32_t nr_words;
    uint64_t words[] SC_COUNT(nr_words);
};

uint64_t bundle_parity(const struct bundle *b)
{
    const uint32_t n = b->nr_words;
    uint64_t parity = 0;

    for (uint32_t i = 0; i < n; i++)
        parity ^= b->words[i];
    return parity;
}

int bundle_word(const struct bundle *b, uint32_t i, uint64_t *word)
{
    if (i >= b->nr_words)
        return -ERANGE;
    *word = b->words[i];
    return 0;
}
