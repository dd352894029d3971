/* SPDX-License-Identifier: MIT */
/* An island in a module hides nothing. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int f(unsigned long x);
int f(unsigned long x)
{
    SC_UNSAFE("DEV-98: it hides nothing") // expect: SC-21
    {
        return *(int *)x; // expect: SC-02
    }
}
