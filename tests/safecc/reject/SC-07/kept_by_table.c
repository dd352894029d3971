/* SPDX-License-Identifier: MIT */
/* A local whose address a table's function kept changes between test and use. */
#include "sc_host.h"

static unsigned *keep;
static void store(unsigned *p)
{
    keep = p;
}
static void (*const table[1])(unsigned *) = { store };
static void bump(void)
{
    unsigned *k = keep;

    if (k != 0)
        *k = 90000000;
}
int main(int argc, char **argv)
{
    static int a[8];
    unsigned i = (unsigned)argc;

    (void)argv;
    table[0](&i); // expect: SC-11
    if (i >= 8)
        return 0;
    bump();
    return a[i];
}
