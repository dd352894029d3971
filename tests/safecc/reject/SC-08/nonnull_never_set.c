/* SPDX-License-Identifier: MIT */
/* An SC_NONNULL global that nobody sets. */
#include "ports/safe.h"

struct s { int x; };
static struct s *g SC_NONNULL; // expect: SC-08
int f(void);
int f(void)
{
    return g->x;
}
