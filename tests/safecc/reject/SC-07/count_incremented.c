/* SPDX-License-Identifier: MIT */
/* The same by ++. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int f(const int *p SC_COUNT(n), unsigned n);
int f(const int *p, unsigned n)
{
    n++; // expect: SC-07
    return p[0];
}
