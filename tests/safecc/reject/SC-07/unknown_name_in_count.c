/* SPDX-License-Identifier: MIT */
/* A count that names nothing. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int f(const int *p SC_COUNT(size), unsigned n);
int f(const int *p, unsigned n)
{
    return p[n]; // expect: SC-07
}
