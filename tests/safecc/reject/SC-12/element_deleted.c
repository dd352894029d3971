/* SPDX-License-Identifier: MIT */
/* An element is given away and still names it. */
#include "sc_host.h"

struct s { int x; };
struct box { struct s *a[4] SC_OWNED; };
void f(struct box *b);
void f(struct box *b)
{
    sc_delete(b->a[0]); // expect: SC-12
    sc_delete(b->a[0]); // expect: SC-12
}
