/* SPDX-License-Identifier: MIT */
/* expect-bad: reject SC-01, SC-02, SC-07, SC-12, SC-20 */
/*
 * A pointer steps back over a malloc'ed buffer, looking for a slash that is not there.
 */
#include "sc_host.h"

int main(int argc, char **argv SC_COUNT(argc))
{
    const uint32_t n = (uint32_t)sc_arg(argc, argv, 1, 10) % 32 + 1;
    char *name = malloc(n);
    const char *p;

    if (name == NULL)
        return 1;
    memset(name, 'n', n);
    p = name + n - 1;
    while (*p != '/')
        p--;
    printf("missed %c\n", *p);
    free(name);
    return 0;
}
