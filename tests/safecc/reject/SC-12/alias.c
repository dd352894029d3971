/* SPDX-License-Identifier: MIT */
/* Used by another name. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sc_host.h"
struct s { int x; };
int f(void);
int f(void)
{
    struct s *s = sc_new(struct s), *t = s;
    if (s == NULL || t == NULL)
        return 0;
    sc_delete(s);
    return t->x; // expect: SC-12
}
