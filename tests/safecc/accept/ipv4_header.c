/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * Checks an IPv4 header in place: version, header length, total length and checksum.
 */
#include "core/base.h"

static uint32_t load_be16(const uint8_t *p SC_COUNT(n), uint32_t n, uint32_t at)
{
    return at + 1 < n && at < n ? (uint32_t)p[at] << 8 | p[at + 1] : 0;
}

/* Where the payload begins, or -EINVAL. */
int ipv4_check(const uint8_t *p SC_COUNT(n), SC_RANGE(0, 65535) uint32_t n)
{
    uint32_t header, total, sum = 0;

    if (n < 20 || p[0] >> 4 != 4)
        return -EINVAL;
    header = (p[0] & 15U) * 4;
    total = load_be16(p, n, 2);
    if (header < 20 || header > total || total > n)
        return -EINVAL;
    for (uint32_t i = 0; i < header; i += 2)
        sum += load_be16(p, n, i);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return sum == 0xffff ? (int)header : -EINVAL;
}
