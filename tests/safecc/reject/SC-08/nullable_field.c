/* SPDX-License-Identifier: MIT */
/* A field that may be null, tested in memory another CPU can change. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct s { struct s *next SC_NULLABLE; int x; };
int f(struct s *s);
int f(struct s *s)
{
    return s->next->x; // expect: SC-08
}
