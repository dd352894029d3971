/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * Strings kept one after another in one array, named by their offsets; equal strings share one
 * place.
 */
#include "core/base.h"

#define POOL_BYTES 2048

struct string_pool {
    uint32_t used SC_RANGE(0, POOL_BYTES);
    char bytes[POOL_BYTES];
};

static bool pool_equal(const struct string_pool *p, uint32_t at, const char *s SC_COUNT(n), uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (at + i >= POOL_BYTES || p->bytes[at + i] != s[i])
            return false;
    return at + n < POOL_BYTES && p->bytes[at + n] == '\0';
}

/* The offset, or -ENOSPC. */
int32_t pool_intern(struct string_pool *p, const char *s SC_COUNT(n), SC_RANGE(0, 255) uint32_t n)
{
    const uint32_t used = p->used;

    for (uint32_t at = 0; at < used; at++)
        if ((at == 0 || p->bytes[at - 1] == '\0') && pool_equal(p, at, s, n))
            return (int32_t)at;
    if (n + 1 > POOL_BYTES - used)
        return -ENOSPC;
    for (uint32_t i = 0; i < n; i++)
        p->bytes[used + i] = s[i];
    p->bytes[used + n] = '\0';
    p->used = used + n + 1;
    return (int32_t)used;
}
