/* SPDX-License-Identifier: MIT */
/* A section of one's own. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

__attribute__((section(".text.evil"))) int f(void); // expect: SC-19
int f(void)
{
    return 1;
}
