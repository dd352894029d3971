/* SPDX-License-Identifier: MIT */
/* Null itself is followed. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int f(void);
int f(void)
{
    int *p = NULL;
    return *p; // expect: SC-08
}
