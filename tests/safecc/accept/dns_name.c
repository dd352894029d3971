/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * Reads a domain name of labels with lengths, following compression pointers a bounded number of
 * times.
 */
#include "core/base.h"

#define NAME_MAX 64
#define JUMPS_MAX 8

/* Write the dotted name; returns its length, 0 when it is malformed. */
uint32_t dns_name(char *out SC_COUNT(NAME_MAX), const uint8_t *p SC_COUNT(n), uint32_t n, uint32_t at)
{
    uint32_t length = 0, jumps = 0;

    SC_TRIPS(NAME_MAX + JUMPS_MAX)
    while (at < n && p[at] != 0) {
        const uint32_t label = p[at];

        if (label >= 0xc0) {
            if (jumps == JUMPS_MAX || n - at < 2)
                return 0;
            jumps++;
            at = (label & 0x3f) << 8 | p[at + 1];
            continue;
        }
        if (label > n - at - 1 || label + 1 > NAME_MAX - 1 - length)
            return 0;
        for (uint32_t i = 0; i < label; i++)
            out[length + i] = (char)p[at + 1 + i];
        length += label;
        out[length] = '.';
        length++;
        at += 1 + label;
    }
    out[length] = '\0';
    return length;
}
