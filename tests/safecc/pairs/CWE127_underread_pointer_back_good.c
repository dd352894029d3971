/* SPDX-License-Identifier: MIT */
/* expect-good: run */
/*
 * An index steps back over a heap array and stops at its start.
 */
#include "sc_host.h"

int main(int argc, char **argv SC_COUNT(argc))
{
    const uint32_t n = (uint32_t)sc_arg(argc, argv, 1, 10) % 32 + 1;
    char *name SC_NULLABLE SC_OWNED SC_COUNT(n) = sc_new_array(char, n);
    uint32_t at = n;

    if (name == NULL)
        return 1;
    for (uint32_t i = 0; i < n; i++)
        name[i] = 'n';
    SC_VARIANT(at)
    while (at > 0 && name[at - 1] != '/')
        at--;
    printf("ok %u\n", at);
    sc_delete_array(name);
    return 0;
}
