/* SPDX-License-Identifier: MIT */
/* A function that says it is const. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

__attribute__((const)) int f(int x); // expect: SC-19
int f(int x)
{
    return x;
}
