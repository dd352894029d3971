/* SPDX-License-Identifier: MIT */
/* An index with a side effect is evaluated once. */
// run: ok
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int main(int argc, char **argv)
{
    static int a[8];
    unsigned i = (unsigned)argc;
    (void)argv;
    a[i++] = 1;
    a[i++] = 1;
    return i == (unsigned)argc + 2 && a[1] + a[2] == 2 ? 0 : 1;
}
