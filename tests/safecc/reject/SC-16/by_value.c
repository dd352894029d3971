/* SPDX-License-Identifier: MIT */
/* 16 KB by value are on the caller's stack. */
// options: default-profile
#include "ports/safe.h"

struct big { unsigned char bytes[16384]; };
static struct big the_big SC_BOOT;
static int g(struct big b)
{
    return b.bytes[3];
}
int f(void);
int f(void) // expect: SC-16
{
    return g(the_big);
}
