/* SPDX-License-Identifier: MIT */
/* Gcc is shown other code. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int f(int x);
int f(int x)
{
#ifdef __clang__
    return 0; // expect: SC-19
#else
    return x;
#endif
}
