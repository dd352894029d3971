/* SPDX-License-Identifier: MIT */
/* Outside of the declared range. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static int lookup(unsigned level SC_RANGE(1, 4))
{
    return (int)level;
}
int f(void);
int f(void)
{
    return lookup(5); // expect: SC-10
}
