/* SPDX-License-Identifier: MIT */
/* A count that is itself read out of bounds must not be read by the check (found by random programs). */
#include "ports/safe.h"

static unsigned first(const unsigned *p SC_COUNT(n), unsigned n)
{
    return n > 0 ? p[0] : 0;
}

unsigned f(unsigned i);
unsigned f(unsigned i)
{
    unsigned a[3] = { 1, 2, 3 };

    return first(a, a[i & 7]); // expect: SC-07
}
