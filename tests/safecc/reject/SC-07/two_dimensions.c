/* SPDX-License-Identifier: MIT */
/* The inner index. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int f(void);
int f(void)
{
    int a[2][3] = { { 0 } };
    return a[1][3]; // expect: SC-07
}
