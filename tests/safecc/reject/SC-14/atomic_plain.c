/* SPDX-License-Identifier: MIT */
/* SC_ATOMIC and SC_BOOT are believed. */
#include "ports/safe.h"

static unsigned g SC_ATOMIC;
unsigned f(void);
unsigned f(void)
{
    g = g + 1; // expect: SC-14
    return g; // expect: SC-14
}
