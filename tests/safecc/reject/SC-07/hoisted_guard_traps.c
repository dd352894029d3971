/* SPDX-License-Identifier: MIT */
/* A guard before a counting loop. */
// run: trap SC-07
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static unsigned sum(const unsigned *p SC_COUNT(n), unsigned n, unsigned m)
{
    unsigned t = 0;
    for (unsigned i = 0; i < m; i++)
        t += p[i];
    return t;
}
int main(int argc, char **argv)
{
    static const unsigned a[4] = { 1, 2, 3, 4 };
    (void)argv;
    return (int)sum(a, 4, (unsigned)argc + 4);
}
