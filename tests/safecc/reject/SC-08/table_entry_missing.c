/* SPDX-License-Identifier: MIT */
/* A call through an entry that the table leaves out: a jump to 0. */
#include "ports/safe.h"

static int one(int x)
{
    return x;
}
static int (*const table[4])(int) = { one };
int f(unsigned i);
int f(unsigned i)
{
    return table[i % 4](1); // expect-check: SC-08
}
