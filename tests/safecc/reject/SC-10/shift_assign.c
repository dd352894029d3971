/* SPDX-License-Identifier: MIT */
/* A compound shift. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

unsigned f(unsigned x);
unsigned f(unsigned x)
{
    x <<= 40; // expect: SC-10
    return x;
}
