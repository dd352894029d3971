/* SPDX-License-Identifier: MIT */
/* Stored in an object behind a pointer. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct s { int *p; };
void f(struct s *s);
void f(struct s *s)
{
    int x = 3;
    s->p = &x; // expect: SC-11
}
