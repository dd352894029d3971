/* SPDX-License-Identifier: MIT */
/* Frames that add up to too much. */
// options: default-profile
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static unsigned leaf(unsigned i)
{
    unsigned char a[2000] = { 0 };
    return a[i % 2000];
}
static unsigned middle(unsigned i)
{
    unsigned char a[2000] = { 0 };
    return a[i % 2000] + leaf(i);
}
unsigned f(unsigned i);
unsigned f(unsigned i) // expect: SC-16
{
    unsigned char a[2000] = { 0 };
    return a[i % 2000] + middle(i);
}
