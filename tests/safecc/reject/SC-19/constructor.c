/* SPDX-License-Identifier: MIT */
/* Code that runs by itself. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

__attribute__((constructor)) static void f(void) // expect: SC-19
{
}
