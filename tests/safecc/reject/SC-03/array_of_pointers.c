/* SPDX-License-Identifier: MIT */
/* An array of pointers beside numbers. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

union u {
    unsigned long bits[4];
    char *names[4]; // expect: SC-03
};
unsigned long f(union u *u);
unsigned long f(union u *u)
{
    return u->bits[0];
}
