/* SPDX-License-Identifier: MIT */
/* A variant that does not fall. */
// run: trap SC-17
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int main(int argc, char **argv)
{
    unsigned x = (unsigned)argc;
    (void)argv;
    SC_VARIANT(x)
    while (x < 1000)
        x++;
    return 0;
}
