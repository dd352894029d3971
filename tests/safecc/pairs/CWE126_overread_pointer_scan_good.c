/* SPDX-License-Identifier: MIT */
/* expect-good: run */
/*
 * An index runs over the array until the character or the end.
 */
#include "sc_host.h"

int main(int argc, char **argv SC_COUNT(argc))
{
    static const char line[6] = { 'k', 'e', 'y', ' ', 'v', 'l' };
    const char wanted = (char)sc_arg(argc, argv, 1, '=');
    uint32_t i;

    for (i = 0; i < sizeof(line); i++)
        if (line[i] == wanted)
            break;
    printf("ok %u\n", i);
    return 0;
}
