/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * Finds a word in a command line and reports whether it stands there as a whole word.
 */
#include "core/base.h"

static bool word_at(const char *line SC_COUNT(n), uint32_t n, uint32_t at, const char *word SC_COUNT(m), uint32_t m)
{
    if (m > n - at)
        return false;
    for (uint32_t i = 0; i < m; i++)
        if (line[at + i] != word[i])
            return false;
    return at + m == n || line[at + m] == ' ';
}

bool cmdline_has(const char *line SC_COUNT(n), uint32_t n, const char *word SC_COUNT(m), uint32_t m)
{
    bool word_start = true;

    for (uint32_t at = 0; at < n; at++) {
        if (word_start && word_at(line, n, at, word, m))
            return true;
        word_start = line[at] == ' ';
    }
    return false;
}
