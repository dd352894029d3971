/* SPDX-License-Identifier: MIT */
/* An element by pointer arithmetic. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int f(const int *p SC_COUNT(n), unsigned n);
int f(const int *p, unsigned n)
{
    return n > 2 ? *(p + 2) : 0; // expect: SC-01
}
