/* SPDX-License-Identifier: MIT */
/* The second. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int twice(int x);
int twice(int x) // expect: SC-20
{
    return x + 1;
}
