/* SPDX-License-Identifier: MIT */
/* The same name with a number in it: a pointer is forged. */
#include "ports/safe.h"
#include "get.h"

struct s { // expect: SC-02
    unsigned long bits;
};
int use(unsigned long x);
int use(unsigned long x)
{
    struct s s = { x };
    return get(&s);
}
