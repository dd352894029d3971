/* SPDX-License-Identifier: MIT */
/* The bytes of a struct by a char pointer. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct a { int x; int *p; };
int f(struct a *a);
int f(struct a *a)
{
    char *c = (char *)a; // expect: SC-02
    return c[0];
}
