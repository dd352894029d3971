/* SPDX-License-Identifier: MIT */
// expect: ok
// run: ok
/*
 * Run-length coding and back: both ends test how much room is left.
 */
#include "sc_host.h"

static uint32_t pack(uint8_t *out SC_COUNT(size), uint32_t size, const uint8_t *in SC_COUNT(n), uint32_t n)
{
    uint32_t at = 0;

    for (uint32_t i = 0; i < n;) {
        uint32_t run = 1;

        while (run < 255 && run < n - i && in[i + run] == in[i])
            run++;
        if (size - at < 2)
            return 0;
        out[at] = (uint8_t)run;
        out[at + 1] = in[i];
        at += 2;
        i += run;
    }
    return at;
}

static uint32_t unpack(uint8_t *out SC_COUNT(size), uint32_t size, const uint8_t *in SC_COUNT(n), uint32_t n)
{
    uint32_t at = 0;

    for (uint32_t i = 0; i + 1 < n; i += 2) {
        const uint32_t run = in[i];

        if (run > size - at)
            return 0;
        for (uint32_t k = 0; k < run; k++)
            out[at + k] = in[i + 1];
        at += run;
    }
    return at;
}

int main(void)
{
    uint8_t plain[600], packed[64], back[600];
    uint32_t n;

    for (uint32_t i = 0; i < 600; i++)
        plain[i] = (uint8_t)(i / 290);
    n = pack(packed, sizeof(packed), plain, sizeof(plain));
    if (n != 10 || unpack(back, sizeof(back), packed, n) != 600)
        return 1;
    for (uint32_t i = 0; i < 600; i++)
        if (plain[i] != back[i])
            return 2;
    return pack(packed, 9, plain, sizeof(plain)) == 0 && unpack(back, 599, packed, n) == 0 ? 0 : 3;
}
