/* SPDX-License-Identifier: MIT */
/* The distance of two pointers. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

long f(const int *a, const int *b);
long f(const int *a, const int *b)
{
    return a - b; // expect: SC-01
}
