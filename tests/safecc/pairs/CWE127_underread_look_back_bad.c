/* SPDX-License-Identifier: MIT */
/* expect-bad: reject SC-07, SC-10 | trap SC-07, SC-10 */
/*
 * A decompressor copies from a distance back that the input gives, farther than there is output.
 */
#include "sc_host.h"

#define OUT_MAX 64

struct token {
    uint8_t literal; /* 0: copy instead */
    uint8_t distance;
    uint8_t length;
};

static int expand(uint8_t *out SC_COUNT(OUT_MAX), const struct token *in SC_COUNT(n), uint32_t n)
{
    int at = 0;

    for (uint32_t t = 0; t < n; t++) {
        if (in[t].literal != 0) {
            if (at >= OUT_MAX)
                return -1;
            out[at] = in[t].literal;
            at++;
            continue;
        }
        const int distance = in[t].distance;
        const int length = in[t].length;

        if (length > OUT_MAX - at)
            return -1;
        for (int i = 0; i < length; i++)
            out[at + i] = out[at + i - distance];
        at += length;
    }
    return at;
}

int main(int argc, char **argv SC_COUNT(argc))
{
    uint8_t out[OUT_MAX] = { 0 };
    struct token tokens[3] = { { 'a', 0, 0 }, { 'b', 0, 0 }, { 0, 2, 6 } };

    tokens[2].distance = (uint8_t)sc_arg(argc, argv, 1, 9);
    printf("missed %d %c\n", expand(out, tokens, 3), out[1]);
    return 0;
}
