/* SPDX-License-Identifier: MIT */
/* A goto to wherever a table says. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int f(int x);
int f(int x)
{
    static const void *const where[] = { &&a, &&b }; // expect: SC-04
    goto *where[x & 1]; // expect: SC-04
a:
    return 1;
b:
    return 2;
}
