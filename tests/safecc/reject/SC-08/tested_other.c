/* SPDX-License-Identifier: MIT */
/* The wrong pointer was tested. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct s { int x; };
int f(struct s *a SC_NULLABLE, struct s *b SC_NULLABLE);
int f(struct s *a, struct s *b)
{
    if (a != NULL)
        return b->x; // expect: SC-08
    return 0;
}
