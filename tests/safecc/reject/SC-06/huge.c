/* SPDX-License-Identifier: MIT */
/* An object that fills the stack. */
// options: default-profile
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int f(unsigned n);
int f(unsigned n) // expect: SC-16
{
    unsigned char big[8192] = { 0 }; // expect: SC-06
    return big[n % 8192];
}
