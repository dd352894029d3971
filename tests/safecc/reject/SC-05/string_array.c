/* SPDX-License-Identifier: MIT */
/* %s of an array that guest bytes may fill to its end. */
#include "sc_host.h"
#include <stdio.h>

int main(int argc, char **argv)
{
    char name[4];

    for (unsigned i = 0; i < 4; i++)
        name[i] = (char)('a' + argc);
    (void)argv;
    printf("%s\n", name); // expect: SC-05
    printf("%.5s\n", name); // expect: SC-05
    printf("%.*s\n", argc, name); // expect: SC-05
    return 0;
}
