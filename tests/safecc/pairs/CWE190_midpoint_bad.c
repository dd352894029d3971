/* SPDX-License-Identifier: MIT */
/* expect-bad: reject SC-07, SC-10 | trap SC-07, SC-10 */
/*
 * The middle of two large signed places is computed as (low + high) / 2, which overflows into
 * the negative.
 */
#include "sc_host.h"

#define PLACES 2000000000

/* A sorted function of the place stands for a table too large to keep. */
static uint32_t value_at(int32_t place)
{
    static const uint8_t block[16] = { 0, 1, 1, 2, 3, 5, 5, 5, 6, 7, 7, 9, 10, 11, 14, 15 };

    return (uint32_t)(place / 16) * 16 + block[place % 16];
}

static int32_t search(uint32_t wanted, SC_RANGE(0, PLACES) int32_t size)
{
    int32_t low = 0, high = size;

    SC_TRIPS(40)
    while (low < high) {
        const int32_t middle = (low + high) / 2;

        if (value_at(middle) < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int main(int argc, char **argv SC_COUNT(argc))
{
    const uint32_t wanted = (uint32_t)sc_arg(argc, argv, 1, 1900000005UL);

    printf("missed %d\n", search(wanted, PLACES));
    return 0;
}
