/* SPDX-License-Identifier: MIT */
/* expect-good: run */
/*
 * A pointer is set only when there are arguments, and tested before it is followed.
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
    printf("ok %u\n", o != NULL ? o->verbosity : 0);
    return 0;
}
