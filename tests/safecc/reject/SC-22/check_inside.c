/* SPDX-License-Identifier: MIT */
/* A check that may fail between two writes. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct s { unsigned n, m; unsigned a[4]; };
void f(struct s *s, unsigned i);
void f(struct s *s, unsigned i)
{
    SC_COMMIT
    {
        s->n = i;
        s->a[i] = 1; // expect: SC-22
        s->m = i;
    }
}
