/* SPDX-License-Identifier: MIT */
/* The check that may fail is in a function that the section calls. */
#include "ports/safe.h"

struct s { unsigned n, m; unsigned a[4]; };
static void put(struct s *s, unsigned i)
{
    s->a[i] = 1;
}
void f(struct s *s, unsigned i);
void f(struct s *s, unsigned i)
{
    SC_COMMIT
    {
        s->n = i;
        put(s, i); // expect: SC-22
        s->m = i;
    }
}
