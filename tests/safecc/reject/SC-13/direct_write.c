/* SPDX-License-Identifier: MIT */
/* A slot written plainly. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct s { int x; };
static struct s *slot SC_SLOT;
void f(struct s *s);
void f(struct s *s)
{
    slot = s; // expect: SC-13
}
