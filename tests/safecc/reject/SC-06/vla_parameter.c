/* SPDX-License-Identifier: MIT */
/* A parameter of run-time shape. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int f(unsigned n, int a[n][n]); // expect: SC-06
int f(unsigned n, int a[n][n]) // expect: SC-06
{
    return n > 0 ? 1 : 0;
}
