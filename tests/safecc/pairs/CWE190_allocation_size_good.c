/* SPDX-License-Identifier: MIT */
/* expect-good: run */
/*
 * Width times height is computed in 64 bits and compared with a limit before the array is made.
 */
#include "sc_host.h"

#define PIXELS_MAX 4000000UL

int main(int argc, char **argv SC_COUNT(argc))
{
    const uint32_t width = (uint32_t)sc_arg(argc, argv, 1, 65537);
    const uint32_t height = (uint32_t)sc_arg(argc, argv, 2, 65536);
    const uint64_t n = (uint64_t)width * height;

    if (n == 0 || n > PIXELS_MAX) {
        printf("ok too large: %lu\n", n);
        return 0;
    }
    uint8_t *pixels SC_NULLABLE SC_OWNED SC_COUNT(n) = sc_new_array(uint8_t, n);

    if (pixels == NULL)
        return 1;
    for (uint64_t i = 0; i < n; i++)
        pixels[i] = 255;
    printf("ok %lu %u\n", n, pixels[0]);
    sc_delete_array(pixels);
    return 0;
}
