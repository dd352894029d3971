/* SPDX-License-Identifier: MIT */
/* A code pointer is passed on. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static int one(int x)
{
    return x;
}
static int apply(int (*call)(int)) // expect: SC-18
{
    return call != NULL;
}
int f(void);
int f(void)
{
    return apply(one); // expect: SC-18
}
