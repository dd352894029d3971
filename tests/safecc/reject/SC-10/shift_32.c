/* SPDX-License-Identifier: MIT */
/* As many bits as the type has. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

unsigned f(unsigned x);
unsigned f(unsigned x)
{
    return x << 32; // expect: SC-10
}
