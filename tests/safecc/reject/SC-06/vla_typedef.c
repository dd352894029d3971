/* SPDX-License-Identifier: MIT */
/* The length hides in a typedef. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int f(unsigned n);
int f(unsigned n)
{
    typedef char buffer[n];
    buffer b; // expect: SC-06
    return (int)sizeof(b); // expect: SC-06
}
