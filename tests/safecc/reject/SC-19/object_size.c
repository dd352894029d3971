/* SPDX-License-Identifier: MIT */
/* A builtin that lies about sizes. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

unsigned long f(const int *p);
unsigned long f(const int *p)
{
    return __builtin_object_size(p, 0); // expect: SC-19 // expect: SC-02
}
