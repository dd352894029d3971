/* SPDX-License-Identifier: MIT */
/* A null check left to run time. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct t { unsigned x; };
struct s { unsigned n; struct t *t; };
void f(struct s *s, unsigned i);
void f(struct s *s, unsigned i)
{
    SC_COMMIT
    {
        s->n = i;
        s->t->x = i; // expect: SC-22
    }
}
