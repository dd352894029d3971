/* SPDX-License-Identifier: MIT */
/* The count grows after the pointer exists. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int f(const int *p SC_COUNT(n), unsigned n, unsigned i);
int f(const int *p, unsigned n, unsigned i)
{
    n = n + 100; // expect: SC-07
    return i < n ? p[i] : 0;
}
