/* SPDX-License-Identifier: MIT */
/* The bound is moved through a pointer. Wanted: a check of SC-17 on the loop. It is dropped: "it counts". */
#include "ports/safe.h"

void f(unsigned n);
void f(unsigned n)
{
    unsigned *p = &n;
    for (unsigned i = 0; i < n; i++)
        *p = i + 9;
}
