/* SPDX-License-Identifier: MIT */
/* A builtin that assumes. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int f(int x);
int f(int x)
{
    __builtin_assume(x < 3); // expect: SC-19
    return x;
}
