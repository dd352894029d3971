/* SPDX-License-Identifier: MIT */
/* The depth is handed on as it is. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static unsigned walk(unsigned depth)
{
    if (depth == 0)
        return 0;
    return walk(depth); // expect: SC-16
}
unsigned f(unsigned x);
unsigned f(unsigned x)
{
    return walk(x);
}
