/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * Looks through memory for a table by signature, every sixteen bytes, and checks that its bytes
 * add up to zero.
 */
#include "core/base.h"

static const uint8_t signature[8] = { 'R', 'S', 'D', ' ', 'P', 'T', 'R', ' ' };

static bool signature_at(const uint8_t *p SC_COUNT(n), uint32_t n, uint32_t at)
{
    for (uint32_t i = 0; i < sizeof(signature); i++)
        if (at + i >= n || p[at + i] != signature[i])
            return false;
    return true;
}

/* The offset, or -ENOENT. */
int64_t firmware_find(const uint8_t *p SC_COUNT(n), SC_RANGE(0, 0x20000) uint32_t n)
{
    for (uint32_t at = 0; at + 20 <= n; at += 16) {
        uint8_t sum = 0;

        if (!signature_at(p, n, at))
            continue;
        for (uint32_t i = 0; i < 20; i++)
            sum = (uint8_t)(sum + p[at + i]);
        if (sum == 0)
            return at;
    }
    return -ENOENT;
}
