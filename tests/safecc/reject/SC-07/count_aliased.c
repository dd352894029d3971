/* SPDX-License-Identifier: MIT */
/* The count's address is taken. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void bump(unsigned *n); // expect: SC-20
int f(const int *p SC_COUNT(n), unsigned n);
int f(const int *p, unsigned n)
{
    bump(&n); // expect: SC-07
    return p[0];
}
