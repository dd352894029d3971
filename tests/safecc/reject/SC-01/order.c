/* SPDX-License-Identifier: MIT */
/* Pointers compared by order. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool f(const int *a, const int *b);
bool f(const int *a, const int *b)
{
    return a < b; // expect: SC-01
}
