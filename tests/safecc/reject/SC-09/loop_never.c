/* SPDX-License-Identifier: MIT */
/* A loop that may not turn. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int f(unsigned n);
int f(unsigned n)
{
    int x;
    for (unsigned i = 0; i < n; i++)
        x = (int)i;
    return x; // expect: SC-09
}
