/* SPDX-License-Identifier: MIT */
/* expect-good: run */
/*
 * The place is an index, and one before the start is refused.
 */
#include "sc_host.h"

int main(int argc, char **argv SC_COUNT(argc))
{
    char buffer[64] = { 0 };
    const long offset = 4 - (long)sc_arg(argc, argv, 1, 12);

    if (offset < -16 || offset > 40)
        return 1;
    for (long i = 0; i < 16; i++)
        if (offset + i >= 0)
            buffer[offset + i] = 'A';
    printf("ok %c%d\n", buffer[0], buffer[10]);
    return 0;
}
