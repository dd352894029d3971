/* SPDX-License-Identifier: MIT */
/* Null for a callee that takes none. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct s { int x; };
static int get(const struct s *s)
{
    return s->x;
}
int f(void);
int f(void)
{
    return get(NULL); // expect: SC-08
}
