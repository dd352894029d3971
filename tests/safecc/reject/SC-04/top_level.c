/* SPDX-License-Identifier: MIT */
/* Assembly between functions. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

__asm__(".globl evil\nevil: ret"); // expect: SC-04
void f(void);
void f(void)
{
}
