/* SPDX-License-Identifier: MIT */
/* Two functions call each other. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static unsigned odd(unsigned x);
static unsigned even(unsigned x)
{
    return x == 0 ? 1 : odd(x); // expect: SC-16
}
static unsigned odd(unsigned x)
{
    return x == 0 ? 0 : even(x); // expect: SC-16
}
unsigned f(unsigned x);
unsigned f(unsigned x)
{
    return even(x);
}
