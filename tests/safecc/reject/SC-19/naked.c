/* SPDX-License-Identifier: MIT */
/* A function without a frame. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

__attribute__((naked)) void f(void); // expect: SC-19
void f(void)
{
    __asm__("ret"); // expect: SC-04
}
