/* SPDX-License-Identifier: MIT */
/* expect-bad: reject SC-07 | trap SC-07 */
/*
 * The end of a string is looked for in an array that holds none.
 */
#include "sc_host.h"

#define TAG_BYTES 8

struct tag {
    char text[TAG_BYTES]; /* not terminated when full */
};

static uint32_t tag_length(const struct tag *t)
{
    uint32_t n = 0;

    SC_TRIPS(64)
    while (t->text[n] != '\0')
        n++;
    return n;
}

int main(int argc, char **argv SC_COUNT(argc))
{
    struct tag tags[2];
    const uint32_t used = (uint32_t)sc_arg(argc, argv, 1, 8);

    for (uint32_t t = 0; t < 2; t++)
        for (uint32_t i = 0; i < TAG_BYTES; i++)
            tags[t].text[i] = i < used ? 'a' : '\0';
    printf("missed %u\n", tag_length(&tags[1]));
    return 0;
}
