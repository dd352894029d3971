/* SPDX-License-Identifier: MIT */
/* The pointer that ended the loop. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct s { struct s *next SC_NULLABLE; int x; };
int f(struct s *s SC_NULLABLE);
int f(struct s *s)
{
    SC_TRIPS(100)
    while (s != NULL)
        s = s->next;
    return s->x; // expect: SC-08
}
