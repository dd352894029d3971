/* SPDX-License-Identifier: MIT */
/* The definition. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int shared_function(int x);
int shared_function(int x)
{
    return x;
}
