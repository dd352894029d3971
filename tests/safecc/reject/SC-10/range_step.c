/* SPDX-License-Identifier: MIT */
/* SC_RANGE holds for ++ and += too. */
#include "ports/safe.h"

struct s { unsigned i SC_RANGE(0, 3); };
static int a[4], other[64];
int main(int argc, char **argv)
{
    struct s s = { (unsigned)argc & 3 };
    struct s *p = &s;
    (void)argv;
    p->i += 7; // expect: SC-10
    p->i++; // expect: SC-10
    a[p->i] = 1;
    return other[0];
}
