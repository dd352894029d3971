/* SPDX-License-Identifier: MIT */
/* The callee that keeps it is behind a const table. */
#include "ports/safe.h"

static int *keep;
static void store(int *p)
{
    keep = p;
}
static void (*const table[1])(int *) = { store };
void f(void);
void f(void)
{
    int x = 3;
    table[0](&x); // expect: SC-11
}
