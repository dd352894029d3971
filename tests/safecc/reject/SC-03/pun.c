/* SPDX-License-Identifier: MIT */
/* An integer read as a pointer through a union. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

union u {
    unsigned long bits;
    int *p; // expect: SC-03
};
int f(unsigned long x);
int f(unsigned long x)
{
    union u u;
    u.bits = x;
    return u.p != NULL;
}
