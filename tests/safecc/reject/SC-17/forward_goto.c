/* SPDX-License-Identifier: MIT */
/* A goto over the step. A check of SC-17 is left on the loop. */
#include "ports/safe.h"

unsigned f(unsigned n);
unsigned f(unsigned n)
{
    unsigned k = 0, i = 0;
    while (i < n) { // expect-check: SC-17
        k++;
        if (k > 3)
            goto skip;
        i++;
skip:
        k += 0;
    }
    return k;
}
