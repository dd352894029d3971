/* SPDX-License-Identifier: MIT */
/* A callback. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int f(int (*call)(int), int x); // expect: SC-18
int f(int (*call)(int), int x) // expect: SC-18
{
    return call(x); // expect: SC-18
}
