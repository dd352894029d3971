/* SPDX-License-Identifier: MIT */
/* By less than nothing. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

unsigned f(unsigned x);
unsigned f(unsigned x)
{
    return x >> -1; // expect: SC-10
}
