/* SPDX-License-Identifier: MIT */
/* Arithmetic inside a macro. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NEXT(p) (*((p) + 1))
int f(const int *p SC_COUNT(8));
int f(const int *p)
{
    return NEXT(p); // expect: SC-01
}
