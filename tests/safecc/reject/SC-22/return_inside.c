/* SPDX-License-Identifier: MIT */
/* A return between two writes. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct s { unsigned n, m; };
int f(struct s *s, unsigned i);
int f(struct s *s, unsigned i)
{
    SC_COMMIT
    {
        s->n = i;
        if (i > 4)
            return -1; // expect: SC-22
        s->m = i;
    }
    return 0;
}
