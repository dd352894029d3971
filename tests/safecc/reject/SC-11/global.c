/* SPDX-License-Identifier: MIT */
/* Stored in a global. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static int *keep SC_BOOT;
void f(void);
void f(void)
{
    int x = 3;
    keep = &x; // expect: SC-11
}
