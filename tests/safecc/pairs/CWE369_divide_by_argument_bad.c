/* SPDX-License-Identifier: MIT */
/* expect-bad: reject SC-10 | trap SC-10 */
/*
 * A number from the command line is divided by without a test.
 */
#include "sc_host.h"

int main(int argc, char **argv SC_COUNT(argc))
{
    const int32_t shares = (int32_t)sc_arg(argc, argv, 1, 0);

    printf("missed %d\n", 100 / shares);
    return 0;
}
