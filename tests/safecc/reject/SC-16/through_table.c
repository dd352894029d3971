/* SPDX-License-Identifier: MIT */
/* A recursion through a const table. */
#include "ports/safe.h"

static unsigned down(unsigned x);
static unsigned (*const table[1])(unsigned) = { down };
static unsigned down(unsigned x)
{
    return table[0](x + 1); // expect: SC-16
}
unsigned f(unsigned x);
unsigned f(unsigned x)
{
    return down(x);
}
