/* SPDX-License-Identifier: MIT */
/* More bytes than the object has. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void f(void);
void f(void)
{
    char a[16];
    __builtin_memset(a, 0, 32); // expect: SC-07
}
