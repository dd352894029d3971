/* SPDX-License-Identifier: MIT */
/* An array decays and moves. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static int a[8];
int *f(void);
int *f(void)
{
    return a + 2; // expect: SC-01
}
