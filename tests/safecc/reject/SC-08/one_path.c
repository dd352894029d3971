/* SPDX-License-Identifier: MIT */
/* Null on one path. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct s { int x; };
int f(struct s *s, int c);
int f(struct s *s, int c)
{
    struct s *p = NULL;
    if (c)
        p = s;
    return p->x; // expect: SC-08
}
