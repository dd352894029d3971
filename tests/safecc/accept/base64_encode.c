/* SPDX-License-Identifier: MIT */
// expect: ok
// run: ok
/*
 * Base64: three bytes become four letters out of a constant alphabet, the rest is padded.
 */
#include "sc_host.h"

static const char alphabet[64] = {
    'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O', 'P', 'Q', 'R', 'S', 'T', 'U', 'V',
    'W', 'X', 'Y', 'Z', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p', 'q', 'r',
    's', 't', 'u', 'v', 'w', 'x', 'y', 'z', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '+', '/',
};

/* The number of letters, 0 when they do not fit. */
static uint32_t base64(char *out SC_COUNT(size), uint32_t size, const uint8_t *in SC_COUNT(n), uint32_t n)
{
    uint32_t at = 0;

    for (uint32_t i = 0; i < n; i += 3) {
        const uint32_t left = n - i;
        const uint32_t second = left > 1 ? in[i + 1] : 0, third = left > 2 ? in[i + 2] : 0;
        const uint32_t word = (uint32_t)in[i] << 16 | second << 8 | third;

        if (size - at < 4)
            return 0;
        out[at] = alphabet[word >> 18];
        out[at + 1] = alphabet[word >> 12 & 63];
        out[at + 2] = left > 1 ? alphabet[word >> 6 & 63] : '=';
        out[at + 3] = left > 2 ? alphabet[word & 63] : '=';
        at += 4;
    }
    return at;
}

int main(void)
{
    static const uint8_t text[] = { 'f', 'o', 'o', 'b', 'a' };
    static const char expected[] = "Zm9vYmE=";
    char out[12];

    if (base64(out, sizeof(out), text, sizeof(text)) != 8)
        return 1;
    for (uint32_t i = 0; i < 8; i++)
        if (out[i] != expected[i])
            return 2;
    return base64(out, 7, text, sizeof(text)) == 0 && base64(out, 0, text, 0) == 0 ? 0 : 3;
}
