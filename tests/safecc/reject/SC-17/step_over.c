/* SPDX-License-Identifier: MIT */
/* The step jumps over the bound. A check of SC-17 is left on the loop. */
#include "ports/safe.h"

unsigned f(unsigned x);
unsigned f(unsigned x)
{
    unsigned n = 0;
    for (unsigned i = 0; i != 7; i += 2) // expect-check: SC-17
        n++;
    for (unsigned i = x; i > 0; i -= 2) // expect-check: SC-17
        n++;
    return n;
}
