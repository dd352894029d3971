/* SPDX-License-Identifier: MIT */
/* The first. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int twice(int x);
int twice(int x)
{
    return x;
}
