/* SPDX-License-Identifier: MIT */
/* Through a function that gives it back. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static int *same(int *p)
{
    return p;
}
int *f(void);
int *f(void)
{
    int x = 3;
    return same(&x); // expect: SC-11
}
