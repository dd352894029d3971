/* SPDX-License-Identifier: MIT */
/* One struct read as another. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct a { int x; };
struct b { long y[4]; };
long f(struct a *a);
long f(struct a *a)
{
    struct b *b = (struct b *)a; // expect: SC-02
    return b->y[3];
}
