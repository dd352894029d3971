/* SPDX-License-Identifier: MIT */
/* An island in a module. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int f(int x);
int f(int x)
{
    SC_UNSAFE("DEV-99: a module holds no island") // expect: SC-21
    {
        x++;
    }
    return x;
}
