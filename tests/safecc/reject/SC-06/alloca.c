/* SPDX-License-Identifier: MIT */
/* A frame as large as the guest says. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int f(unsigned n);
int f(unsigned n)
{
    char *p = __builtin_alloca(n); // expect: SC-06 // expect: SC-19 // expect: SC-02
    return p != NULL;
}
