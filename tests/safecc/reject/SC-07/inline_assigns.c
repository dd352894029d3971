/* SPDX-License-Identifier: MIT */
/* A function of one return statement that assigns its parameter is evaluated as if it did not. */
// run: trap SC-07
#include "sc_host.h"

static unsigned f(unsigned n)
{
    return (n = n + 9000000, n);
}
int main(int argc, char **argv)
{
    static int a[8];

    (void)argc;
    (void)argv;
    return a[f(2)];
}
