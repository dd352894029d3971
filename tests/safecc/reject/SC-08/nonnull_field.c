/* SPDX-License-Identifier: MIT */
/* Null into a field that never is. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct s { int *p SC_NONNULL; };
void f(struct s *s);
void f(struct s *s)
{
    s->p = NULL; // expect: SC-08
}
