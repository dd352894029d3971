/* SPDX-License-Identifier: MIT */
/* Deleted twice. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sc_host.h"
struct s { int x; };
void f(void);
void f(void)
{
    struct s *s = sc_new(struct s);
    sc_delete(s);
    sc_delete(s); // expect: SC-12
}
