/* SPDX-License-Identifier: MIT */
/* Guest memory written plainly. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct SC_GUEST shared { unsigned head, tail; };
void f(struct shared *s);
void f(struct shared *s)
{
    s->head = 1; // expect: SC-15
}
