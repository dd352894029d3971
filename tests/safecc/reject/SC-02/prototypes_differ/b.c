/* SPDX-License-Identifier: MIT */
/* Another file's idea of it. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

long shared_function(long x); // expect: SC-02 // expect: SC-20
long f(long x);
long f(long x)
{
    return shared_function(x);
}
