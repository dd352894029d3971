/* SPDX-License-Identifier: MIT */
/* expect-bad: reject SC-01, SC-07 */
/*
 * A pointer is set before the start of its buffer and written through.
 */
#include "sc_host.h"

int main(int argc, char **argv SC_COUNT(argc))
{
    char buffer[64] = { 0 };
    const long offset = 4 - (long)sc_arg(argc, argv, 1, 12);
    char *p = buffer + offset;

    for (int i = 0; i < 16; i++)
        p[i] = 'A';
    printf("missed %c\n", buffer[0]);
    return 0;
}
