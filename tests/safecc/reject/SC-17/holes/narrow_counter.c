/* SPDX-License-Identifier: MIT */
/* The counter never reaches its bound. Wanted: a check of SC-17 on the loop. It is dropped: "it counts". */
#include "ports/safe.h"

unsigned f(void);
unsigned f(void)
{
    unsigned n = 0;
    for (unsigned char i = 0; i < 256; i++)
        n++;
    return n;
}
