/* SPDX-License-Identifier: MIT */
/* expect-bad: reject SC-08 | trap SC-08 */
/*
 * A pointer is set only when there are arguments, and followed always.
 */
#include "sc_host.h"

struct options {
    uint32_t verbosity;
};

int main(int argc, char **argv SC_COUNT(argc))
{
    struct options given = { (uint32_t)sc_arg(argc, argv, 1, 3) };
    const struct options *o SC_NULLABLE = NULL;

    if (argc > 5)
        o = &given;
    printf("missed %u\n", o->verbosity);
    return 0;
}
