/* SPDX-License-Identifier: MIT */
/* A code pointer in an object. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ops { int (*call)(int); };
int f(struct ops *o, int x);
int f(struct ops *o, int x)
{
    return o->call(x); // expect: SC-18
}
