/* SPDX-License-Identifier: MIT */
/* The pointer field without its count. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static int small[4];
struct buf { unsigned n; int *p SC_COUNT(n); };
void f(struct buf *b);
void f(struct buf *b)
{
    b->p = small; // expect: SC-07
}
