/* SPDX-License-Identifier: MIT */
/* A loop by goto. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

unsigned f(unsigned x);
unsigned f(unsigned x)
{
again:
    x = x * 3 + 1;
    if (x % 5 != 0)
        goto again; // expect: SC-17
    return x;
}
