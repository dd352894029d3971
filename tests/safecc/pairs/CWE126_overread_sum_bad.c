/* SPDX-License-Identifier: MIT */
/* expect-bad: reject SC-07 | trap SC-07 */
/*
 * More elements are added up than the array has.
 */
#include "sc_host.h"

static const uint32_t prices[] = { 10, 20, 30, 40, 50 };

int main(int argc, char **argv SC_COUNT(argc))
{
    const uint32_t n = (uint32_t)sc_arg(argc, argv, 1, 7);
    uint32_t sum = 0;

    for (uint32_t i = 0; i < n; i++)
        sum += prices[i];
    printf("missed %u\n", sum);
    return 0;
}
