/* SPDX-License-Identifier: MIT */
/* The walk hidden in a dereference. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int f(const char *s SC_COUNT(8));
int f(const char *s)
{
    return *s++; // expect: SC-01
}
