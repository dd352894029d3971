/* SPDX-License-Identifier: MIT */
/* Guest memory copied by memcpy. */
#include "ports/safe.h"
#include <string.h>

struct SC_GUEST shared { unsigned head, tail; };
unsigned f(const struct shared *s);
unsigned f(const struct shared *s)
{
    struct shared c;
    memcpy(&c, s, sizeof(c)); // expect: SC-15
    return c.head;
}
