/* SPDX-License-Identifier: MIT */
/* A definition that gives way. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

__attribute__((weak)) int f(void); // expect: SC-19
int f(void)
{
    return 1;
}
