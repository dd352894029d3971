/* SPDX-License-Identifier: MIT */
/* Frama-C is shown other code. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int f(int x);
int f(int x)
{
#ifdef __FRAMAC__
    return 0;
#else
    return x; // expect: SC-19
#endif
}
