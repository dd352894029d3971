/* SPDX-License-Identifier: MIT */
/* A range without 0, and an object that begins as 0: divides by zero. */
// run: trap SC-10
#include "sc_host.h"
struct s { unsigned d SC_RANGE(1, 8); };
int main(int argc, char **argv)
{
    static struct s z;

    (void)argv;
    return 100 * argc / (int)z.d;
}
