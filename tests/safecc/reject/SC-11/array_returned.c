/* SPDX-License-Identifier: MIT */
/* A local array decays and is returned. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

char *f(void);
char *f(void)
{
    char name[8] = "x";
    return name; // expect: SC-11
}
