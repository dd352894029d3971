/* SPDX-License-Identifier: MIT */
/* Written on one branch only. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int f(int c);
int f(int c)
{
    int x;
    if (c)
        x = 1;
    return x; // expect: SC-09
}
