/* SPDX-License-Identifier: MIT */
/* Another name for a function. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int f(void);
int f(void)
{
    return 1;
}
int g(void) __attribute__((alias("f"))); // expect: SC-19
