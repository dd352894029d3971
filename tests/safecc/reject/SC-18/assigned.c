/* SPDX-License-Identifier: MIT */
/* A code pointer is assigned. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ops { int (*call)(int); };
static int one(int x)
{
    return x;
}
void f(struct ops *o);
void f(struct ops *o)
{
    o->call = one; // expect: SC-18
}
