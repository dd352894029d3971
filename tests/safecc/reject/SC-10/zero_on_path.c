/* SPDX-License-Identifier: MIT */
/* Zero after a test. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int f(int x, int y);
int f(int x, int y)
{
    if (y == 0)
        return x % y; // expect: SC-10
    return 0;
}
