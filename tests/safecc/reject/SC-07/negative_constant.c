/* SPDX-License-Identifier: MIT */
/* Before the first. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int f(void);
int f(void)
{
    int a[4] = { 0 };
    return a[-1]; // expect: SC-07
}
