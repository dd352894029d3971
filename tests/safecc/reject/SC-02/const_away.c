/* SPDX-License-Identifier: MIT */
/* Writing through what was const. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static const int table[4] = { 1, 2, 3, 4 };
void f(void);
void f(void)
{
    int *p = (int *)&table[0]; // expect: SC-02
    *p = 5;
}
