/* SPDX-License-Identifier: MIT */
/* The whole struct copied. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct SC_GUEST shared { unsigned head, tail; };
unsigned f(const struct shared *s);
unsigned f(const struct shared *s)
{
    struct shared copy = *s; // expect: SC-15
    return copy.head;
}
