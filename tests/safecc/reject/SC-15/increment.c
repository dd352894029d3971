/* SPDX-License-Identifier: MIT */
/* Changed in place. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct SC_GUEST shared { unsigned head, tail; };
void f(struct shared *s);
void f(struct shared *s)
{
    s->tail++; // expect: SC-15
}
