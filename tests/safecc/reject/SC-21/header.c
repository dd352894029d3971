/* SPDX-License-Identifier: MIT */
/* Nor in a header's inline function. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline int g(int x)
{
    SC_UNSAFE("DEV-96: inline functions are judged") // expect: SC-21
    {
        return x + 1;
    }
}
int f(int x);
int f(int x)
{
    return g(x);
}
