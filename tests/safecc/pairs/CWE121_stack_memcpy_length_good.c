/* SPDX-License-Identifier: MIT */
/* expect-good: run */
/*
 * A counted loop copies what fits into the array on the stack.
 */
#include "sc_host.h"

#define NAME_BYTES 8

struct record {
    char name[NAME_BYTES];
    uint32_t id;
};

int main(int argc, char **argv SC_COUNT(argc))
{
    static const char text[] = "a name of some length";
    const size_t length = (size_t)sc_arg(argc, argv, 1, sizeof(text));
    struct record r = { { 0 }, 7 };

    for (size_t i = 0; i < length && i < sizeof(text) && i < NAME_BYTES - 1; i++)
        r.name[i] = text[i];
    printf("ok %u %c%c%c\n", r.id, r.name[0], r.name[5], r.name[6]);
    return 0;
}
