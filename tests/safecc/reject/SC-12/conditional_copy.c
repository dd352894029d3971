/* SPDX-License-Identifier: MIT */
/* A copy made by ?: outlives its original. */
#include "sc_host.h"

struct s { int x; };
int f(int c);
int f(int c)
{
    struct s *a = sc_new(struct s), *b = sc_new(struct s);
    if (a == NULL || b == NULL)
        return 0;
    struct s *t = c ? a : b;
    sc_delete(a);
    return t->x; // expect: SC-12
}
