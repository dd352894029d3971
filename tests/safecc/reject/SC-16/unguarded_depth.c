/* SPDX-License-Identifier: MIT */
/* A depth that may be zero already. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static unsigned walk(unsigned depth)
{
    return walk(depth - 1); // expect: SC-16
}
unsigned f(unsigned x);
unsigned f(unsigned x)
{
    return walk(x);
}
