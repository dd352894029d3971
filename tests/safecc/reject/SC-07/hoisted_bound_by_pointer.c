/* SPDX-License-Identifier: MIT */
/* The loop moves its bound through a pointer, after the hoisted check was made: writes out of bounds. */
// run: trap SC-07
#include "sc_host.h"

static void f(unsigned *a SC_COUNT(n), unsigned n, unsigned m)
{
    unsigned *p = &m;

    for (unsigned i = 0; i < m; i++) {
        a[i] = 1;
        *p = 10000000;
    }
}
int main(int argc, char **argv)
{
    static unsigned a[8];

    (void)argv;
    f(a, 8, (unsigned)argc);
    return (int)a[1];
}
