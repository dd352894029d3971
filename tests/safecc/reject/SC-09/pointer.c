/* SPDX-License-Identifier: MIT */
/* A pointer to nowhere. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int f(int c);
int f(int c)
{
    int y = 3;
    int *p;
    if (c)
        p = &y;
    return *p; // expect: SC-09
}
