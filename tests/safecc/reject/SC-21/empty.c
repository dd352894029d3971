/* SPDX-License-Identifier: MIT */
/* An empty island. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void f(void);
void f(void)
{
    SC_UNSAFE("") // expect: SC-21
    {
    }
}
