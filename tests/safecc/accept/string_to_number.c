/* SPDX-License-Identifier: MIT */
// expect: ok
// run: ok
/*
 * Reads a number in base 10 or 16 with a test for overflow before each step.
 */
#include "sc_host.h"

static bool parse_u32(const char *text SC_COUNT(n), uint32_t n, SC_RANGE(2, 16) uint32_t base, uint32_t *result)
{
    uint32_t value = 0;

    if (n == 0)
        return false;
    for (uint32_t i = 0; i < n; i++) {
        const char c = text[i];
        uint32_t digit;

        if (c >= '0' && c <= '9')
            digit = (uint32_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            digit = (uint32_t)(c - 'a') + 10;
        else
            return false;
        if (digit >= base || value > (UINT32_MAX - digit) / base)
            return false;
        value = value * base + digit;
    }
    *result = value;
    return true;
}

int main(void)
{
    static const char largest[] = "4294967295", too_large[] = "4294967296", hex[] = "deadbeef";
    uint32_t value = 7;

    if (!parse_u32(largest, 10, 10, &value) || value != UINT32_MAX)
        return 1;
    if (parse_u32(too_large, 10, 10, &value) || value != UINT32_MAX)
        return 2;
    if (parse_u32(hex, 8, 10, &value) || !parse_u32(hex, 8, 16, &value))
        return 3;
    return value == 0xdeadbeefU && !parse_u32(hex, 0, 16, &value) ? 0 : 4;
}
