/* SPDX-License-Identifier: MIT */
/* Read before it is written. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int f(void);
int f(void)
{
    int x;
    return x; // expect: SC-09
}
