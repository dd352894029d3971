/* SPDX-License-Identifier: MIT */
/* Deleted in a loop. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sc_host.h"
struct s { int x; };
void f(unsigned n);
void f(unsigned n)
{
    struct s *s = sc_new(struct s);
    for (unsigned i = 0; i < n; i++)
        sc_delete(s); // expect: SC-12
}
