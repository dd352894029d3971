/* SPDX-License-Identifier: MIT */
/* expect-bad: reject SC-02, SC-07, SC-20 | trap SC-07 */
/*
 * memcpy takes the length of the source for an array on the stack that is shorter.
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

    memcpy(r.name, text, length);
    printf("missed %u\n", r.id);
    return 0;
}
