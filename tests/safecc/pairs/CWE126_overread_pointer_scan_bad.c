/* SPDX-License-Identifier: MIT */
/* expect-bad: reject SC-01, SC-07 */
/*
 * A pointer runs over an array until it meets a character that is not there.
 */
#include "sc_host.h"

int main(int argc, char **argv SC_COUNT(argc))
{
    static const char line[6] = { 'k', 'e', 'y', ' ', 'v', 'l' };
    const char wanted = (char)sc_arg(argc, argv, 1, '=');
    const char *p = line;

    while (*p != wanted)
        p++;
    printf("missed %ld\n", (long)(p - line));
    return 0;
}
