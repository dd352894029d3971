/* SPDX-License-Identifier: MIT */
/* The counter never reaches its bound. A check of SC-17 is left on the loop. */
#include "ports/safe.h"

unsigned f(void);
unsigned f(void)
{
    unsigned n = 0;
    for (unsigned char i = 0; i < 256; i++) // expect-check: SC-17
        n++;
    return n;
}
