/* SPDX-License-Identifier: MIT */
/* A goto out of it. */
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
        if (i > 4)
            goto out; // expect: SC-22
        s->m = i;
    }
out:
    return;
}
