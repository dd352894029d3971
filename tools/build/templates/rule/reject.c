/* SPDX-License-Identifier: MIT */
/* Octal constants, alone and in a macro. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PADDED 0100

unsigned f(unsigned x);
unsigned f(unsigned x)
{
    if (x == 010) // expect: SC-NN
        return 0;
    if (x == 0x10)
        return 007U; // expect: SC-NN
    return PADDED; // expect: SC-NN
}
