/* SPDX-License-Identifier: MIT */
/* Through a variable in between. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int *f(void);
int *f(void)
{
    int x = 3;
    int *p = &x;
    int *q = p;
    return q; // expect: SC-11
}
