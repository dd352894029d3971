/* SPDX-License-Identifier: MIT */
/* The address of a part of a local. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct s { int a, b; };
int *f(void);
int *f(void)
{
    struct s s = { 1, 2 };
    return &s.b; // expect: SC-11
}
