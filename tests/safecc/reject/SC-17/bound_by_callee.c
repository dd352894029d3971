/* SPDX-License-Identifier: MIT */
/* The bound is moved by what the loop calls. A check of SC-17 is left on the loop. */
#include "ports/safe.h"

static unsigned g;
static void bump(void)
{
    g = g + 2;
}
void f(void);
void f(void)
{
    for (unsigned i = 0; i < g; i++) // expect-check: SC-17
        bump();
}
