/* SPDX-License-Identifier: MIT */
/* A variable bound to a register. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

unsigned long f(void);
unsigned long f(void)
{
    register unsigned long sp __asm__("rsp"); // expect: SC-04 // expect: SC-19
    return sp; // expect: SC-09
}
