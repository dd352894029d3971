/* SPDX-License-Identifier: MIT */
/* expect-bad: reject SC-07 | trap SC-07 */
/*
 * A number from the command line indexes an array on the stack; only its lower bound was thought
 * of.
 */
#include "sc_host.h"

int main(int argc, char **argv SC_COUNT(argc))
{
    const long slot = (long)sc_arg(argc, argv, 1, 10);
    int32_t buffer[10] = { 0 };

    if (slot >= 0)
        buffer[slot] = 1;
    int32_t set = 0;
    for (int i = 0; i < 10; i++)
        set += buffer[i];
    printf("missed %d\n", set);
    return 0;
}
