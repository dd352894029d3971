/* SPDX-License-Identifier: MIT */
/* An array as long as the guest says. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int f(unsigned n);
int f(unsigned n)
{
    int a[n]; // expect: SC-06
    return (int)sizeof(a); // expect: SC-06
}
