/* SPDX-License-Identifier: MIT */
/* A pointer without a count is indexed. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int f(const int *p, unsigned i);
int f(const int *p, unsigned i)
{
    return p[i]; // expect: SC-07
}
