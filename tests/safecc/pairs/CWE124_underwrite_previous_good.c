/* SPDX-License-Identifier: MIT */
/* expect-good: run */
/*
 * Each element's predecessor is written, from the second on.
 */
#include "sc_host.h"

int main(int argc, char **argv SC_COUNT(argc))
{
    int32_t steps[12] = { 0 };
    const int first = (int)sc_arg(argc, argv, 1, 0) + 1;
    int32_t sum = 0;

    if (first < 1)
        return 1;
    for (int i = first; i < 12; i++)
        steps[i - 1] = i;
    for (int i = 0; i < 12; i++)
        sum += steps[i];
    printf("ok %d\n", sum);
    return 0;
}
