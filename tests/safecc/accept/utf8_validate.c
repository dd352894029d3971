/* SPDX-License-Identifier: MIT */
// expect: ok
// run: ok
/*
 * Validates UTF-8: the first byte gives the number of bytes that must follow, and overlong forms
 * are refused.
 */
#include "sc_host.h"

static uint32_t sequence_length(uint8_t first)
{
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first <= 0xdf)
        return 2;
    if (first >= 0xe0 && first <= 0xef)
        return 3;
    if (first >= 0xf0 && first <= 0xf4)
        return 4;
    return 0;
}

/* The number of characters, or -1. */
static int32_t utf8_count(const uint8_t *s SC_COUNT(n), uint32_t n)
{
    uint32_t at = 0;
    int32_t count = 0;

    SC_VARIANT(n - at)
    while (at < n) {
        const uint32_t length = sequence_length(s[at]);

        if (length == 0 || length > n - at)
            return -1;
        for (uint32_t i = 1; i < length; i++)
            if ((s[at + i] & 0xc0) != 0x80)
                return -1;
        if (length == 3 && s[at] == 0xe0 && s[at + 1] < 0xa0)
            return -1;
        if (length == 4 && ((s[at] == 0xf0 && s[at + 1] < 0x90) || (s[at] == 0xf4 && s[at + 1] > 0x8f)))
            return -1;
        at += length;
        count++;
    }
    return count;
}

int main(void)
{
    static const uint8_t good[] = { 'a', 0xc3, 0xa4, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80 };
    static const uint8_t overlong[] = { 0xe0, 0x80, 0x80 };

    if (utf8_count(good, sizeof(good)) != 4 || utf8_count(good, sizeof(good) - 1) != -1)
        return 1;
    return utf8_count(overlong, sizeof(overlong)) == -1 && utf8_count(good, 0) == 0 ? 0 : 2;
}
