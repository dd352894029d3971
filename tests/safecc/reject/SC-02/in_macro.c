/* SPDX-License-Identifier: MIT */
/* A cast hidden in a macro. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AS(T, x) ((T)(x))
int f(unsigned long x);
int f(unsigned long x)
{
    int *p = AS(int *, x); // expect: SC-02
    return *p;
}
