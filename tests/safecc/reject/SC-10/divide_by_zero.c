/* SPDX-License-Identifier: MIT */
/* By a constant zero. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int f(int x);
int f(int x)
{
    return x / 0; // expect: SC-10
}
