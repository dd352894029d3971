/* SPDX-License-Identifier: MIT */
/* A table that can be written. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static int one(int x)
{
    return x;
}
static int (*table[2])(int) = { one, one }; // expect: SC-18
int f(unsigned i, int x);
int f(unsigned i, int x)
{
    return table[i % 2](x); // expect: SC-18
}
