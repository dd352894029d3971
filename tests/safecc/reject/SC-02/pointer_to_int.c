/* SPDX-License-Identifier: MIT */
/* A number from an address. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

unsigned long f(const int *p);
unsigned long f(const int *p)
{
    return (unsigned long)p; // expect: SC-02
}
