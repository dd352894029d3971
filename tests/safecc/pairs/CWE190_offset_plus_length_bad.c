/* SPDX-License-Identifier: MIT */
/* expect-bad: reject SC-07, SC-10 | trap SC-07, SC-10 */
/*
 * The test offset + length <= size passes because the sum wraps to a small number.
 */
#include "sc_host.h"

#define FILE_BYTES 256

static uint32_t sum_range(const uint8_t *file SC_COUNT(FILE_BYTES), uint32_t offset, uint32_t length)
{
    uint32_t sum = 0;

    if (offset + length > FILE_BYTES)
        return 0;
    for (uint32_t i = 0; i < length; i++)
        sum += file[offset + i];
    return sum;
}

int main(int argc, char **argv SC_COUNT(argc))
{
    uint8_t file[FILE_BYTES];
    const uint32_t offset = (uint32_t)sc_arg(argc, argv, 1, 0xffffff80UL);

    for (uint32_t i = 0; i < FILE_BYTES; i++)
        file[i] = (uint8_t)i;
    printf("missed %u\n", sum_range(file, offset, 160));
    return 0;
}
