/* SPDX-License-Identifier: MIT */
/* expect-good: run */
/*
 * A number from the command line is divided by unless it is zero.
 */
#include "sc_host.h"

int main(int argc, char **argv SC_COUNT(argc))
{
    const int32_t shares = (int32_t)sc_arg(argc, argv, 1, 0);

    if (shares <= 0)
        printf("ok nobody to share with\n");
    else
        printf("ok %d\n", 100 / shares);
    return 0;
}
