/* SPDX-License-Identifier: MIT */
/* The count field without its pointer. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf { unsigned n; int *p SC_COUNT(n); };
void f(struct buf *b);
void f(struct buf *b)
{
    b->n = 1000; // expect: SC-07
}
