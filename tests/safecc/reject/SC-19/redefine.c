/* SPDX-License-Identifier: MIT */
/* Safe.h's own word redefined. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#undef SC_COUNT
#define SC_COUNT(n) // expect: SC-19
int f(const int *p SC_COUNT(4));
int f(const int *p)
{
    return p[0];
}
