/* SPDX-License-Identifier: MIT */
/* A code pointer in a variable. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static int one(int x)
{
    return x;
}
int f(int x);
int f(int x)
{
    int (*call)(int) = one; // expect: SC-18
    return call(x); // expect: SC-18
}
