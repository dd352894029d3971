/* SPDX-License-Identifier: MIT */
/* Followed where it is null. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct s { int x; };
int f(struct s *s SC_NULLABLE);
int f(struct s *s)
{
    if (s == NULL)
        return s->x; // expect: SC-08
    return 0;
}
