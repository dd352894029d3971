/* SPDX-License-Identifier: MIT */
/* The environment. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <stdlib.h>
bool f(void);
bool f(void)
{
    return getenv("HOME") != NULL; // expect: SC-20
}
