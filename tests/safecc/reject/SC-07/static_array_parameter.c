/* SPDX-License-Identifier: MIT */
/* Int a[16] wants sixteen. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static int last(const int a[16])
{
    return a[15];
}
int f(void);
int f(void)
{
    int a[8] = { 0 };
    return last(a); // expect: SC-07
}
