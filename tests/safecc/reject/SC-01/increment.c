/* SPDX-License-Identifier: MIT */
/* A pointer walks. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int f(const char *s SC_COUNT(8));
int f(const char *s)
{
    s++; // expect: SC-01
    return *s;
}
