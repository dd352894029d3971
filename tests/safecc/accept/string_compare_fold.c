/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * Compares two strings without regard to case, up to the shorter count, with the sign of the
 * difference.
 */
#include "core/base.h"

static int32_t fold(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : (uint8_t)c;
}

int32_t compare_fold(const char *a SC_COUNT(na), uint32_t na, const char *b SC_COUNT(nb), uint32_t nb)
{
    const uint32_t n = na < nb ? na : nb;

    for (uint32_t i = 0; i < n; i++) {
        const int32_t difference = fold(a[i]) - fold(b[i]);

        if (difference != 0)
            return difference;
        if (a[i] == '\0')
            return 0;
    }
    return na == nb ? 0 : na < nb ? -1 : 1;
}
