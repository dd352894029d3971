/* SPDX-License-Identifier: MIT */
/* Null from a function that returns none. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static int table[4];
int *f(unsigned i);
int *f(unsigned i)
{
    if (i >= 4)
        return NULL; // expect: SC-08
    return &table[i];
}
