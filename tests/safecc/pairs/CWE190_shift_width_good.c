/* SPDX-License-Identifier: MIT */
/* expect-good: run */
/*
 * The amount of a shift that the input gives is tested against the type's width.
 */
#include "sc_host.h"

static uint32_t bytes_of_order(uint32_t order)
{
    return order < 20 ? 4096U << order : 0;
}

int main(int argc, char **argv SC_COUNT(argc))
{
    const uint32_t order = (uint32_t)sc_arg(argc, argv, 1, 40);

    printf("ok %u %u\n", bytes_of_order(2), bytes_of_order(order));
    return 0;
}
