/* SPDX-License-Identifier: MIT */
/* An island without a number. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int f(int x);
int f(int x)
{
    SC_UNSAFE("trust me") // expect: SC-21
    {
        x++;
    }
    return x;
}
