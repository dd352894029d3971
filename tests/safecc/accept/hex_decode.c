/* SPDX-License-Identifier: MIT */
// expect: ok
// run: ok
/*
 * Decodes pairs of hexadecimal digits into bytes; the output's count is half of the input's.
 */
#include "sc_host.h"

static int32_t hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

static bool hex_decode(uint8_t *out SC_COUNT(n), const char *in SC_COUNT(n * 2), SC_RANGE(0, 1000) uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        const int32_t high = hex_digit(in[2 * i]);
        const int32_t low = hex_digit(in[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        out[i] = (uint8_t)(high * 16 + low);
    }
    return true;
}

int main(void)
{
    static const char text[] = "00fFa55A";
    static const char bad[] = "0g";
    uint8_t bytes[4] = { 1, 1, 1, 1 };

    if (!hex_decode(bytes, text, 4))
        return 1;
    if (bytes[0] != 0 || bytes[1] != 255 || bytes[2] != 0xa5 || bytes[3] != 0x5a)
        return 2;
    return hex_decode(bytes, bad, 1) ? 3 : 0;
}
