/* SPDX-License-Identifier: MIT */
/* The classic loop to an end pointer. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int f(const int *p SC_COUNT(8), const int *end);
int f(const int *p, const int *end)
{
    int sum = 0;
    while (p < end) // expect: SC-01
        sum += *p++; // expect: SC-01
    return sum;
}
