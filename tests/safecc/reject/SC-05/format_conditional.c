/* SPDX-License-Identifier: MIT */
/* One of two formats. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
void f(int x);
void f(int x)
{
    printf(x ? "%d\n" : "%s\n", x); // expect: SC-05
}
