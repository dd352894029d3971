/* SPDX-License-Identifier: MIT */
/* The address of a parameter. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int *f(int x);
int *f(int x)
{
    return &x; // expect: SC-11
}
