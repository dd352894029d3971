/* SPDX-License-Identifier: MIT */
/* Initialised with itself. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int f(void);
int f(void)
{
    int x = x; // expect: SC-09
    return x; // expect: SC-09
}
