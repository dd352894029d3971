/* SPDX-License-Identifier: MIT */
/* The index where the pointer belongs. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int f(const int *p SC_COUNT(8));
int f(const int *p)
{
    return 3[p]; // expect: SC-01
}
