/* SPDX-License-Identifier: MIT */
/* Deleted on one branch. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sc_host.h"
struct s { int x; };
int f(int c);
int f(int c)
{
    struct s *s = sc_new(struct s);
    if (s == NULL)
        return 0;
    if (c)
        sc_delete(s);
    return s->x; // expect: SC-12
}
