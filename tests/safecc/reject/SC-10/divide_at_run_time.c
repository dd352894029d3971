/* SPDX-License-Identifier: MIT */
/* By what the input says. */
// run: trap SC-10
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int main(int argc, char **argv)
{
    (void)argv;
    return 100 / (argc - 1);
}
