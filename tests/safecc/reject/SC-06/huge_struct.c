/* SPDX-License-Identifier: MIT */
/* A struct too large for a stack. */
// options: default-profile
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct big { unsigned char bytes[4000]; };
int f(unsigned n);
int f(unsigned n) // expect: SC-16
{
    struct big b = { { 0 } }; // expect: SC-06
    return b.bytes[n % 4000];
}
