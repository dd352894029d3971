/* SPDX-License-Identifier: MIT */
// expect: ok
// run: ok
/*
 * SC-NN: constants in decimal and hexadecimal, and zero.
 */
#include "core/base.h"

static const uint32_t widths[] = { 0, 8, 0x10, 0x20U, 64UL };

static uint32_t width_sum(void)
{
    uint32_t sum = 0;

    for (unsigned i = 0; i < ARRAY_SIZE(widths); i++)
        sum += widths[i];
    return sum;
}

int main(void)
{
    return width_sum() == 120 ? 0 : 1;
}
