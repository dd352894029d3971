/* SPDX-License-Identifier: MIT */
/* One of two. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static int global SC_BOOT;
int *f(int c);
int *f(int c)
{
    int x = 3;
    return c ? &x : &global; // expect: SC-11
}
