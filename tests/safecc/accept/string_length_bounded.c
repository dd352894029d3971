/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * The length of a string in an array that may not be terminated, and a comparison built on it.
 */
#include "core/base.h"

static uint32_t length_of(const char *s SC_COUNT(n), uint32_t n)
{
    uint32_t i;

    for (i = 0; i < n; i++)
        if (s[i] == '\0')
            break;
    return i;
}

bool same_name(const char *a SC_COUNT(na), uint32_t na, const char *b SC_COUNT(nb), uint32_t nb)
{
    const uint32_t length = length_of(a, na);

    if (length != length_of(b, nb))
        return false;
    for (uint32_t i = 0; i < length; i++)
        if (i >= nb || a[i] != b[i])
            return false;
    return true;
}
