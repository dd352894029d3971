/* SPDX-License-Identifier: MIT */
/* A line marker that says: system header. No rule looks at what follows. */
#include "ports/safe.h"

int f(unsigned long x);
# 6 "/usr/include/nothing.h" 3 // expect: SC-19
int f(unsigned long x)
{
    return *(int *)x; // expect: SC-02
}
