/* SPDX-License-Identifier: MIT */
/* A pointer into it. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sc_host.h"
struct s { int x; };
int f(void);
int f(void)
{
    struct s *s = sc_new(struct s);
    int *x;
    if (s == NULL)
        return 0;
    x = &s->x;
    sc_delete(s);
    return *x; // expect: SC-12
}
