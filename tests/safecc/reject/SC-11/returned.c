/* SPDX-License-Identifier: MIT */
/* The address of a local is returned. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int *f(void);
int *f(void)
{
    int x = 3;
    return &x; // expect: SC-11
}
