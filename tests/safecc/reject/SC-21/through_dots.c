/* SPDX-License-Identifier: MIT */
/* An island in a module's header, reached by a path that begins with the core's. */
#include "core/../../tests/safecc/reject/SC-21/island.h" // (expected there: SC-21)
int f(unsigned long x);
int f(unsigned long x)
{
    return peek(x);
}
