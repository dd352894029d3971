/* SPDX-License-Identifier: MIT */
/* The bound is moved through a pointer. A check of SC-17 is left on the loop. */
#include "ports/safe.h"

void f(unsigned n);
void f(unsigned n)
{
    unsigned *p = &n;
    for (unsigned i = 0; i < n; i++) // expect-check: SC-17
        *p = i + 9;
}
