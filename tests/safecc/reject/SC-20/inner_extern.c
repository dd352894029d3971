/* SPDX-License-Identifier: MIT */
/* A declaration inside a function. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int f(void);
int f(void)
{
    int secret(void); // expect: SC-20
    return secret();
}
