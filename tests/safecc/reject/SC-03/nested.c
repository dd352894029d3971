/* SPDX-License-Identifier: MIT */
/* The pointer is a struct deep. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct inner { int *p; };
union u {
    unsigned long bits;
    struct inner in; // expect: SC-03
};
unsigned long f(union u *u);
unsigned long f(union u *u)
{
    return u->bits;
}
