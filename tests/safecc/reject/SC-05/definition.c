/* SPDX-License-Identifier: MIT */
/* A function of any arguments. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <stdarg.h>
int sum(int n, ...);
int sum(int n, ...) // expect: SC-05
{
    va_list ap;
    int t = 0;
    va_start(ap, n); // expect: SC-05 // expect: SC-19
    t = va_arg(ap, int); // expect: SC-05
    va_end(ap); // expect: SC-19
    return t;
}
