/* SPDX-License-Identifier: MIT */
/* What clang's -Wformat would say, when safecc runs alone. */
#include "sc_host.h"
#include <stdio.h>

int main(void)
{
    printf("%s\n", 5); // expect: SC-05
    printf("%lu\n", 5); // expect: SC-05
    printf("%d %d\n", 5); // expect: SC-05
    printf("%1$d\n", 5); // expect: SC-05
    return 0;
}
