/* SPDX-License-Identifier: MIT */
/* A port call between two writes. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct s { unsigned n, m; };
SC_PORT(2) static void other(void)
{
}
void f(struct s *s, unsigned i);
void f(struct s *s, unsigned i)
{
    SC_COMMIT
    {
        s->n = i;
        other(); // expect: SC-22
        s->m = i;
    }
}
