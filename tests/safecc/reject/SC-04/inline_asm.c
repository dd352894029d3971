/* SPDX-License-Identifier: MIT */
/* One instruction in the middle. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void f(void);
void f(void)
{
    __asm__ volatile("cli"); // expect: SC-04
}
