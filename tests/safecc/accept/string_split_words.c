/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * Splits a text into at most so many words, the spans written to an array of the caller's.
 */
#include "core/base.h"

struct word {
    uint16_t at;
    uint16_t length;
};

uint32_t split_words(struct word *out SC_COUNT(max), uint32_t max, const char *text SC_COUNT(n),
                     SC_RANGE(0, 65535) uint32_t n)
{
    uint32_t nr_words = 0, start = n;

    for (uint32_t i = 0; i < n; i++) {
        if (text[i] != ' ') {
            if (start == n)
                start = i;
            if (i + 1 < n)
                continue;
        }
        if (start == n)
            continue;
        if (nr_words == max)
            break;
        out[nr_words].at = (uint16_t)start;
        out[nr_words].length = (uint16_t)((text[i] == ' ' ? i : i + 1) - start);
        nr_words++;
        start = n;
    }
    return nr_words;
}
