/* SPDX-License-Identifier: MIT */
/* A nullable parameter is followed. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct s { int x; };
int f(struct s *s SC_NULLABLE);
int f(struct s *s)
{
    return s->x; // expect: SC-08
}
