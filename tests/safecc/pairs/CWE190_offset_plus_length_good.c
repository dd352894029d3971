/* SPDX-License-Identifier: MIT */
/* expect-good: run */
/*
 * The length is compared with what is left behind the offset, which cannot wrap.
 */
#include "sc_host.h"

#define FILE_BYTES 256

static uint32_t sum_range(const uint8_t *file SC_COUNT(FILE_BYTES), uint32_t offset, uint32_t length)
{
    uint32_t sum = 0;

    if (offset > FILE_BYTES || length > FILE_BYTES - offset)
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
    printf("ok %u %u\n", sum_range(file, 10, 3), sum_range(file, offset, 160));
    return 0;
}
