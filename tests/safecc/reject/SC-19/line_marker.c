/* SPDX-License-Identifier: MIT */
/* A line marker that says: system header. No rule would look at what follows. */
#include "ports/safe.h"

int f(unsigned long x);
# 6 "/usr/include/nothing.h" 3
int f(unsigned long x) // expect: SC-19
{
    return *(int *)x;
}
