/* SPDX-License-Identifier: MIT */
/* SC_RANGE is not asked of ++ and +=, and is believed: a write out of bounds. */
// run: trap SC-10
#include "ports/safe.h"

struct s { unsigned i SC_RANGE(0, 3); };
static int a[4], other[64];
int main(int argc, char **argv)
{
    struct s s = { (unsigned)argc & 3 };
    struct s *p = &s;
    (void)argv;
    p->i += 7;
    p->i++;
    a[p->i] = 1;
    return other[0];
}
