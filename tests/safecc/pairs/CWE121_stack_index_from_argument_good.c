/* SPDX-License-Identifier: MIT */
/* expect-good: run */
/*
 * A number from the command line indexes an array on the stack after both bounds were tested.
 */
#include "sc_host.h"

int main(int argc, char **argv SC_COUNT(argc))
{
    const long slot = (long)sc_arg(argc, argv, 1, 10);
    int32_t buffer[10] = { 0 };

    if (slot >= 0 && slot < 10)
        buffer[slot] = 1;
    int32_t set = 0;
    for (int i = 0; i < 10; i++)
        set += buffer[i];
    printf("ok %d slots set\n", set);
    return 0;
}
