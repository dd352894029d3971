/* SPDX-License-Identifier: MIT */
/* A pointer that is atomic. */
#include "ports/safe.h"

union u {
    unsigned long bits;
    _Atomic(int *) p; // expect: SC-03
};
int f(unsigned long x);
int f(unsigned long x)
{
    union u u = { x };
    int *p = u.p;
    return p != 0 ? *p : 0;
}
