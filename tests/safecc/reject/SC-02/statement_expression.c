/* SPDX-License-Identifier: MIT */
/* A cast hidden in a statement expression. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int f(unsigned long x);
int f(unsigned long x)
{
    int *p = ({ unsigned long y = x; (int *)y; }); // expect: SC-02
    return *p;
}
