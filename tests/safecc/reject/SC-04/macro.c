/* SPDX-License-Identifier: MIT */
/* Assembly in a macro. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BARRIER() __asm__ volatile("" ::: "memory")
void f(void);
void f(void)
{
    BARRIER(); // expect: SC-04
}
