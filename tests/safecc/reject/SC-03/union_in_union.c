/* SPDX-License-Identifier: MIT */
/* A union in a union. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

union inner {
    int a;
    int *p; // expect: SC-03
};
union u {
    unsigned long bits;
    union inner in; // expect: SC-03
};
unsigned long f(union u *u);
unsigned long f(union u *u)
{
    return u->bits;
}
