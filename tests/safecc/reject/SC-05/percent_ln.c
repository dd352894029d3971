/* SPDX-License-Identifier: MIT */
/* %n of another size. */
#include "sc_host.h"
#include <stdio.h>

int main(void)
{
    long n = 0;

    printf("abc%ln\n", &n); // expect: SC-05
    return (int)n;
}
