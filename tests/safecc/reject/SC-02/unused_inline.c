/* SPDX-License-Identifier: MIT */
/* An unused inline function is judged too. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline int sneaky(unsigned long x)
{
    return *(int *)x; // expect: SC-02
}
int f(void);
int f(void)
{
    return 0;
}
