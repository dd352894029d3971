/* SPDX-License-Identifier: MIT */
/* expect-bad: reject SC-07 | trap SC-07 */
/*
 * A character above 127 indexes a table of classes as a negative number.
 */
#include "sc_host.h"

enum class { OTHER, LETTER, DIGIT };

struct classes {
    uint8_t of[256];
};

static uint32_t class_of(const struct classes *c, signed char letter)
{
    return c->of[letter];
}

int main(int argc, char **argv SC_COUNT(argc))
{
    static struct classes c;
    const signed char letter = (signed char)sc_arg(argc, argv, 1, 0xe4);

    for (int i = '0'; i <= '9'; i++)
        c.of[i] = DIGIT;
    for (int i = 'a'; i <= 'z'; i++)
        c.of[i] = LETTER;
    printf("missed %u %u\n", class_of(&c, 'q'), class_of(&c, letter));
    return 0;
}
