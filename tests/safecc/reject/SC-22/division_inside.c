/* SPDX-License-Identifier: MIT */
/* A division left to run time. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct s { unsigned n, m; };
void f(struct s *s, unsigned i);
void f(struct s *s, unsigned i)
{
    SC_COMMIT
    {
        s->n = i;
        s->m = 100 / i; // expect: SC-22
    }
}
