/* SPDX-License-Identifier: MIT */
/* A global that anybody writes. */
// options: default-profile
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static unsigned counter; // expect: SC-14
void f(void);
void f(void)
{
    counter++;
}
