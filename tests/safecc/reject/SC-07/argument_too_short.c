/* SPDX-License-Identifier: MIT */
/* A callee is promised more than there is. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static int sum(const int *p SC_COUNT(n), unsigned n)
{
    return n > 0 ? p[n - 1] : 0;
}
int f(void);
int f(void)
{
    int a[4] = { 0 };
    return sum(a, 5); // expect: SC-07
}
