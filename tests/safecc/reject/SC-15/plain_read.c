/* SPDX-License-Identifier: MIT */
/* Guest memory read plainly. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct SC_GUEST shared { unsigned head, tail; };
unsigned f(const struct shared *s);
unsigned f(const struct shared *s)
{
    return s->head; // expect: SC-15
}
