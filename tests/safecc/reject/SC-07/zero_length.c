/* SPDX-License-Identifier: MIT */
/* No element at all. */
// run: trap SC-07
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static int first(const int *p SC_COUNT(n), unsigned n)
{
    unsigned i = 0;
    return n == 9 ? 0 : p[i];
}
int main(int argc, char **argv)
{
    static int a[4];
    (void)argv;
    return first(a, (unsigned)argc - 1);
}
