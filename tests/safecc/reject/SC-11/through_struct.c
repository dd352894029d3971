/* SPDX-License-Identifier: MIT */
/* It escapes inside a returned struct. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct view { const int *p; };
struct view f(void);
struct view f(void)
{
    int x = 3;
    struct view v = { &x };
    return v; // expect: SC-11
}
