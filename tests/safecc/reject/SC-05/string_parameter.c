/* SPDX-License-Identifier: MIT */
/* A pointer to one character is no text; nor is one that points into an array. */
#include "core/log.h"

struct s { const char *name SC_STRING; char raw[8]; };
void f(struct s *s, const char *one, const char *what SC_STRING);
void f(struct s *s, const char *one, const char *what SC_STRING)
{
    const char *local = what;

    log_info("%s", one); // expect: SC-05
    log_info("%s", local); // expect: SC-05
    local = s->raw;
    s->name = s->raw; // expect: SC-05
    s->name = one; // expect: SC-05
    s->name = what;
    *s = (struct s){ .name = one }; // expect: SC-05
    f(s, one, s->raw); // expect: SC-05 SC-16
}
