/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * Matches a pattern with one level of stars, going back to the last star instead of recursing.
 */
#include "core/base.h"

bool glob_match(const char *pattern SC_COUNT(np), SC_RANGE(0, 255) uint32_t np, const char *text SC_COUNT(nt),
                SC_RANGE(0, 255) uint32_t nt)
{
    uint32_t p = 0, t = 0, star = np, resume = 0;

    SC_TRIPS(255 * 255)
    while (t < nt) {
        if (p < np && pattern[p] == '*') {
            star = p;
            resume = t;
            p++;
        } else if (p < np && (pattern[p] == '?' || pattern[p] == text[t])) {
            p++;
            t++;
        } else if (star < np) {
            p = star + 1;
            resume++;
            t = resume;
        } else {
            return false;
        }
    }
    SC_VARIANT(np - p)
    while (p < np && pattern[p] == '*')
        p++;
    return p == np;
}
