/* SPDX-License-Identifier: MIT */
/* A case is missing. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int f(int c);
int f(int c)
{
    int x;
    switch (c) {
    case 0: x = 1; break;
    case 1: x = 2; break;
    }
    return x; // expect: SC-09
}
