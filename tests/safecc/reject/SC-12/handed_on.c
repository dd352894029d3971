/* SPDX-License-Identifier: MIT */
/* Used after a callee took it. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sc_host.h"
struct s { int x; };
static void take(struct s *s SC_OWNED)
{
    sc_delete(s);
}
int f(void);
int f(void)
{
    struct s *s = sc_new(struct s);
    if (s == NULL)
        return 0;
    take(s);
    return s->x; // expect: SC-12
}
