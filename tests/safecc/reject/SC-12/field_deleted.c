/* SPDX-License-Identifier: MIT */
/* A field's object goes, its name stays. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sc_host.h"
struct s { int x; };
struct box { struct s *s SC_OWNED; };
void f(struct box *b);
void f(struct box *b)
{
    sc_delete(b->s); // expect: SC-12
}
