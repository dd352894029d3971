/* SPDX-License-Identifier: MIT */
/* Used after it was deleted. */
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
    if (s == NULL)
        return 0;
    sc_delete(s);
    return s->x; // expect: SC-12
}
