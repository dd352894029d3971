/* SPDX-License-Identifier: MIT */
/* A varargs function through a table: nobody looks at the format. */
#include "sc_host.h"
#include <stdio.h>

static int (*const table[1])(const char *, ...) = { printf }; // expect: SC-05
int main(void)
{
    table[0]("%s\n");
    return 0;
}
