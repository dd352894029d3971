/* SPDX-License-Identifier: MIT */
/* A builtin that promises. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int f(int x);
int f(int x)
{
    if (x > 3)
        __builtin_unreachable(); // expect: SC-19
    return x;
}
