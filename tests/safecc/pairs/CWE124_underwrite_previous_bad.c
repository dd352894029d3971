/* SPDX-License-Identifier: MIT */
/* expect-bad: reject SC-07, SC-10 | trap SC-07, SC-10 */
/*
 * Each element's predecessor is written, also that of the first.
 */
#include "sc_host.h"

int main(int argc, char **argv SC_COUNT(argc))
{
    int32_t steps[12] = { 0 };
    const int first = (int)sc_arg(argc, argv, 1, 0);
    int32_t sum = 0;

    for (int i = first; i < 12; i++)
        steps[i - 1] = i;
    for (int i = 0; i < 12; i++)
        sum += steps[i];
    printf("missed %d\n", sum);
    return 0;
}
