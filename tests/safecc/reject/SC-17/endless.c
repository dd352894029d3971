/* SPDX-License-Identifier: MIT */
/* A loop that turns more often than it says. */
// run: trap SC-17
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int main(int argc, char **argv)
{
    unsigned x = (unsigned)argc;
    (void)argv;
    SC_TRIPS(100)
    while (x != 0)
        x = x * 2 + 1;
    return 0;
}
