/* SPDX-License-Identifier: MIT */
/* An address from a number. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int f(unsigned long x);
int f(unsigned long x)
{
    int *p = (int *)x; // expect: SC-02
    return *p;
}
