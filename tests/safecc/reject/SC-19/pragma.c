/* SPDX-License-Identifier: MIT */
/* A pragma. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang optimize off // expect: SC-19
int f(int x);
int f(int x)
{
    return x;
}
