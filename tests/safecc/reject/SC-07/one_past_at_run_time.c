/* SPDX-License-Identifier: MIT */
/* An index that only the input decides. */
// run: trap SC-07
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <stdlib.h>
int main(int argc, char **argv)
{
    static int a[4];
    (void)argv;
    return a[argc + 3];
}
