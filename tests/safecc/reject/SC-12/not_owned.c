/* SPDX-License-Identifier: MIT */
/* Somebody else's object is deleted. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sc_host.h"
struct s { int x; };
void f(struct s *s);
void f(struct s *s)
{
    sc_delete(s); // expect: SC-12
}
