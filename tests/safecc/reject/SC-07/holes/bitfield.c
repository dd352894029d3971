/* SPDX-License-Identifier: MIT */
/* What a bit-field cuts off is taken to be still there. */
// run: trap SC-07
#include "sc_host.h"

struct s { unsigned b : 3; };
int main(int argc, char **argv)
{
    static int a[8];
    struct s s = { 0 };
    unsigned x = 8 + ((unsigned)argc & 7);

    (void)argv;
    s.b = x;
    return a[15 - s.b]; /* s.b is 1: a[14] */
}
