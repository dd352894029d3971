/* SPDX-License-Identifier: MIT */
/* Const is lost without a cast. */
#include "ports/safe.h"

static const int k = 3;
void f(void);
void f(void)
{
    int *p = &k; // expect: SC-02
    *p = 4;
}
