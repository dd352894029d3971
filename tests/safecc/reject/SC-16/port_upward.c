/* SPDX-License-Identifier: MIT */
/* A port that reaches one of its own level. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

SC_PORT(3) static unsigned other(unsigned x)
{
    return x;
}
// options: default-profile
SC_PORT(3) unsigned f(unsigned x);
unsigned f(unsigned x)
{
    return other(x); // expect: SC-16
}
