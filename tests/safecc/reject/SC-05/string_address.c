/* SPDX-License-Identifier: MIT */
/* Whoever has the address of a text's pointer can make it point to bytes. */
#include "ports/safe.h"

struct s { const char *name SC_STRING; };
static void fill(const char **where SC_NONNULL, const char *with)
{
    *where = with;
}
void f(struct s *s, const char *bytes);
void f(struct s *s, const char *bytes)
{
    fill(&s->name, bytes); // expect: SC-05
}
