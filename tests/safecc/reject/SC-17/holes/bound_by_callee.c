/* SPDX-License-Identifier: MIT */
/* The bound is moved by what the loop calls. Wanted: a check of SC-17 on the loop. It is dropped: "it counts". */
#include "ports/safe.h"

static unsigned g;
static void bump(void)
{
    g = g + 2;
}
void f(void);
void f(void)
{
    for (unsigned i = 0; i < g; i++)
        bump();
}
