/* SPDX-License-Identifier: MIT */
/* One past the end, by a constant. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int f(void);
int f(void)
{
    int a[4] = { 0 };
    return a[4]; // expect: SC-07
}
