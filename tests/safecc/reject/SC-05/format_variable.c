/* SPDX-License-Identifier: MIT */
/* A format that somebody else wrote. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
void f(const char *s);
void f(const char *s)
{
    printf(s); // expect: SC-05
}
