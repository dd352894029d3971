/* SPDX-License-Identifier: MIT */
/* A type lost and found again through void *. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct a { int x; };
struct b { long y[4]; };
long f(struct a *a);
long f(struct a *a)
{
    void *v = a; // expect: SC-02
    struct b *b = v; // expect: SC-02
    return b->y[3];
}
