/* SPDX-License-Identifier: MIT */
/* A code pointer is returned. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static int one(int x)
{
    return x;
}
typedef int call_fn(int);
call_fn *f(void);
call_fn *f(void)
{
    return one; // expect: SC-18
}
