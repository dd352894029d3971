/* SPDX-License-Identifier: MIT */
/* SC_TRIPS before something that is no loop. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

unsigned f(unsigned x);
unsigned f(unsigned x)
{
    SC_TRIPS(4) // expect: SC-17
    {
        x++;
    }
    return x;
}
