/* SPDX-License-Identifier: MIT */
/* expect-good: run */
/*
 * As many elements are added up as are asked for and there are.
 */
#include "sc_host.h"

static const uint32_t prices[] = { 10, 20, 30, 40, 50 };

int main(int argc, char **argv SC_COUNT(argc))
{
    const uint32_t n = (uint32_t)sc_arg(argc, argv, 1, 7);
    uint32_t sum = 0;

    for (uint32_t i = 0; i < n && i < sizeof(prices) / sizeof(prices[0]); i++)
        sum += prices[i];
    printf("ok %u\n", sum);
    return 0;
}
