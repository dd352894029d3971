/* SPDX-License-Identifier: MIT */
/* A new name that begins with SC_. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SC_MINE 3 // expect: SC-19
int f(void);
int f(void)
{
    return SC_MINE;
}
