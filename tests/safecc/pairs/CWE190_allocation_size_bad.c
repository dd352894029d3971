/* SPDX-License-Identifier: MIT */
/* expect-bad: reject SC-07, SC-10 | trap SC-07, SC-10 */
/*
 * Width times height overflows 32 bits, so that the array made is smaller than the picture.
 */
#include "sc_host.h"

#define PIXELS_MAX 4000000UL

int main(int argc, char **argv SC_COUNT(argc))
{
    const uint32_t width = (uint32_t)sc_arg(argc, argv, 1, 65537);
    const uint32_t height = (uint32_t)sc_arg(argc, argv, 2, 65536);
    const uint32_t n = width * height;
    uint8_t *pixels SC_NULLABLE SC_OWNED SC_COUNT(n) = sc_new_array(uint8_t, n);
    uint32_t row;

    if (pixels == NULL)
        return 1;
    for (row = 0; row < 2; row++)
        for (uint32_t column = 0; column < width; column++)
            pixels[row * width + column] = 255;
    printf("missed %u %u\n", n, pixels[0]);
    sc_delete_array(pixels);
    return 0;
}
