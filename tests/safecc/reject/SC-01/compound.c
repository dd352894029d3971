/* SPDX-License-Identifier: MIT */
/* A pointer moved by +=. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int f(const int *p SC_COUNT(8));
int f(const int *p)
{
    p += 3; // expect: SC-01
    return *p;
}
