/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * Trims blanks off both ends of a text by moving two bounds toward each other; the text itself
 * stays.
 */
#include "core/base.h"

struct span {
    uint32_t from;
    uint32_t to; /* one past the last */
};

struct span trim(const char *text SC_COUNT(n), uint32_t n)
{
    struct span s = { 0, n };
    uint32_t from = 0, to = n;

    SC_VARIANT(n - from)
    while (from < n && (text[from] == ' ' || text[from] == '\t'))
        from++;
    SC_VARIANT(to)
    while (to > from && (text[to - 1] == ' ' || text[to - 1] == '\n'))
        to--;
    s.from = from;
    s.to = to;
    return s;
}
