/* SPDX-License-Identifier: MIT */
/* A variable from elsewhere. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

extern int secret; // expect: SC-20
int f(void);
int f(void)
{
    return secret;
}
