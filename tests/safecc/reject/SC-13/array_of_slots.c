/* SPDX-License-Identifier: MIT */
/* An element read plainly. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct s { int x; };
static struct s *slots[4] SC_SLOT;
bool f(unsigned i);
bool f(unsigned i)
{
    struct s *p = slots[i % 4]; // expect: SC-13
    return p != NULL;
}
