/* SPDX-License-Identifier: MIT */
/* An element of an array in guest memory. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct SC_GUEST shared { unsigned ring[8]; };
unsigned f(const struct shared *s, unsigned i);
unsigned f(const struct shared *s, unsigned i)
{
    return s->ring[i % 8]; // expect: SC-15
}
