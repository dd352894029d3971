/* SPDX-License-Identifier: MIT */
/* A symbol made visible. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

__attribute__((visibility("default"))) int f(void); // expect: SC-19
int f(void)
{
    return 1;
}
