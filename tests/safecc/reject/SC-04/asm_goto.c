/* SPDX-License-Identifier: MIT */
/* A jump out of assembly. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int f(int x);
int f(int x)
{
    __asm__ goto("jmp %l0" : : : : out); // expect: SC-04
    return x;
out:
    return 0;
}
