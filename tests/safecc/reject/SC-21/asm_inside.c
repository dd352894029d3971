/* SPDX-License-Identifier: MIT */
/* Nor assembly. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void f(void);
void f(void)
{
    SC_UNSAFE("DEV-97: it hides nothing") // expect: SC-21
    {
        __asm__("nop"); // expect: SC-04
    }
}
