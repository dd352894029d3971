/* SPDX-License-Identifier: MIT */
/* The loop that goes one too far is sure to. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int f(void);
int f(void)
{
    int a[4] = { 0 }, t = 0;
    t = a[3 + 1]; // expect: SC-07
    return t;
}
