/* SPDX-License-Identifier: MIT */
/* An owned field is copied with its struct, and has two owners. */
#include "sc_host.h"

struct s { int x; };
struct box { struct s *s SC_OWNED; };
void f(struct box *b);
void f(struct box *b)
{
    struct box c = *b; // expect: SC-12
    sc_delete(sc_take(c.s));
    sc_delete(sc_take(b->s));
}
