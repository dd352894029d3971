/* SPDX-License-Identifier: MIT */
/* A header of the module's own whose name ends as a trusted one's. */
#include "ports/safe.h"
#include "not_sc_host.h" // (expected there: SC-02)
int f(unsigned long x);
int f(unsigned long x)
{
    return peek(x);
}
