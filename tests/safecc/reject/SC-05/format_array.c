/* SPDX-License-Identifier: MIT */
/* A format in memory that can change. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
static char format[8] = "%d\n";
void f(int x);
void f(int x)
{
    printf(format, x); // expect: SC-05
}
