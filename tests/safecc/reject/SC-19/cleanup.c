/* SPDX-License-Identifier: MIT */
/* A call that is not in the text. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static void gone(int *p)
{
    *p = 0;
}
int f(void);
int f(void)
{
    __attribute__((cleanup(gone))) int x = 3; // expect: SC-19
    return x;
}
