/* SPDX-License-Identifier: MIT */
#include "ports/safe.h"
static inline int peek(unsigned long x)
{
    SC_UNSAFE("DEV-99: nothing of the kind") // expect: SC-21
    {
        return *(int *)x; // expect: SC-02
    }
}
