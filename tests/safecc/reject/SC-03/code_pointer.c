/* SPDX-License-Identifier: MIT */
/* A code pointer beside a number. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

union u {
    unsigned long bits;
    int (*call)(void); // expect: SC-03
};
unsigned long f(union u *u);
unsigned long f(union u *u)
{
    return u->bits;
}
