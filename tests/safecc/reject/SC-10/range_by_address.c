/* SPDX-License-Identifier: MIT */
/* SC_RANGE is not asked of a write through a pointer. */
#include "ports/safe.h"

struct s { unsigned i SC_RANGE(0, 3); };
static int a[4];
int f(struct s *s);
int f(struct s *s)
{
    unsigned *p = &s->i; // expect: SC-10
    *p = 77;
    return a[s->i];
}
