/* SPDX-License-Identifier: MIT */
/* A local of a block that has ended. */
#include "ports/safe.h"

int f(void);
int f(void)
{
    int *p;
    {
        int x = 3;
        p = &x; // expect: SC-11
    }
    {
        long y[4] = { 0 };
        return *p + (int)y[0];
    }
}
