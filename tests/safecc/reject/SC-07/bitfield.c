/* SPDX-License-Identifier: MIT */
/* What a bit-field cuts off is not there any more. */
#include "sc_host.h"

struct s { unsigned b : 3; };
int main(int argc, char **argv)
{
    static int a[8];
    struct s s = { 0 };
    unsigned x = 8 + ((unsigned)argc & 7);

    (void)argv;
    s.b = x;
    return a[15 - s.b]; /* s.b is 1: a[14] */ // expect: SC-07
}
