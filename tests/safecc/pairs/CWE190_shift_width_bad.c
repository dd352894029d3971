/* SPDX-License-Identifier: MIT */
/* expect-bad: reject SC-10 | trap SC-10 */
/*
 * A page size is computed by a shift whose amount the input gives, wider than the type.
 */
#include "sc_host.h"

static uint32_t bytes_of_order(uint32_t order)
{
    return 4096U << order;
}

int main(int argc, char **argv SC_COUNT(argc))
{
    const uint32_t order = (uint32_t)sc_arg(argc, argv, 1, 40);

    printf("missed %u %u\n", bytes_of_order(2), bytes_of_order(order));
    return 0;
}
