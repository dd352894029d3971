/* SPDX-License-Identifier: MIT */
/* A varargs function without a checked format. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int message(int level, ...); // expect: SC-20
void f(int x);
void f(int x)
{
    message(1, x); // expect: SC-05
}
