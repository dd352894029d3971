/* SPDX-License-Identifier: MIT */
/* A negative length becomes a huge one. */
// run: trap SC-10
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static int last(const int *p SC_COUNT(n), unsigned n)
{
    return n > 0 ? p[n - 1] : 0;
}
int main(int argc, char **argv)
{
    static int a[8];
    int length = argc - 2;
    (void)argv;
    return last(a, length);
}
