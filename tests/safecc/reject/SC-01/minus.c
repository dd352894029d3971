/* SPDX-License-Identifier: MIT */
/* Before the first element. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int f(const int *p SC_COUNT(8));
int f(const int *p)
{
    return *(p - 1); // expect: SC-01
}
