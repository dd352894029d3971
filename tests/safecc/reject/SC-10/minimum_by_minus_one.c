/* SPDX-License-Identifier: MIT */
/* The one quotient that does not fit. */
// run: trap SC-10
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int main(int argc, char **argv)
{
    int x = -2147483647 - argc;
    (void)argv;
    return x / -argc == 5;
}
