/* SPDX-License-Identifier: MIT */
/* No depth. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static unsigned depth_of(unsigned x)
{
    return x == 0 ? 0 : 1 + depth_of(x / 2 + 1); // expect: SC-16
}
unsigned f(unsigned x);
unsigned f(unsigned x)
{
    return depth_of(x);
}
