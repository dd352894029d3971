/* SPDX-License-Identifier: MIT */
// expect: ok
// run: ok
/*
 * Adler-32 with its two running sums reduced after each run of bytes.
 */
#include "sc_host.h"

#define BASE 65521U
#define RUN 5552 /* bytes after which the sums must be reduced */

static uint32_t adler32(const uint8_t *bytes SC_COUNT(n), uint32_t n)
{
    uint32_t a = 1, b = 0, since = 0;

    for (uint32_t i = 0; i < n; i++) {
        a += bytes[i];
        b += a;
        if (++since == RUN) {
            a %= BASE;
            b %= BASE;
            since = 0;
        }
    }
    return (b % BASE) << 16 | a % BASE;
}

int main(void)
{
    static const uint8_t text[] = { 'W', 'i', 'k', 'i', 'p', 'e', 'd', 'i', 'a' };
    static uint8_t zeros[20000];

    return adler32(text, sizeof(text)) == 0x11e60398U && adler32(zeros, sizeof(zeros)) == (20000U << 16 | 1) ? 0 : 1;
}
