/* SPDX-License-Identifier: MIT */
/* A #line that lies. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int f(int x);
#line 700 "innocent.c"
int f(int x) // expect: SC-19
{
    return x;
}
