/* SPDX-License-Identifier: MIT */
/* A guard must not be made before a loop that leaves early. */
// run: ok
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static unsigned find(const unsigned *p SC_COUNT(n), unsigned n, unsigned limit, unsigned what)
{
    for (unsigned i = 0; i < limit; i++)
        if (p[i] == what)
            return i;
    return n;
}
int main(int argc, char **argv)
{
    static const unsigned a[4] = { 5, 6, 7, 8 };
    (void)argv;
    return find(a, 4, 1000u * (unsigned)argc, 7) == 2 ? 0 : 1;
}
