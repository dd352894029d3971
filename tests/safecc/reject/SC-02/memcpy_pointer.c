/* SPDX-License-Identifier: MIT */
/* A pointer forged by copying bytes. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct box { int *p; };
int f(unsigned long x);
int f(unsigned long x)
{
    struct box b = { 0 };
    __builtin_memcpy(&b, &x, sizeof(b)); // expect: SC-02
    return b.p != 0;
}
