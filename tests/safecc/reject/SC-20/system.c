/* SPDX-License-Identifier: MIT */
/* A function that is not on the list. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <stdlib.h>
int f(void);
int f(void)
{
    return system("true"); // expect: SC-20
}
