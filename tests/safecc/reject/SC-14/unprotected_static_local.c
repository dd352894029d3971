/* SPDX-License-Identifier: MIT */
/* A static local is shared too. */
// options: default-profile
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

unsigned f(void);
unsigned f(void)
{
    static unsigned calls; // expect: SC-14
    return ++calls;
}
