/* SPDX-License-Identifier: MIT */
/* expect-bad: reject SC-07 | trap SC-07 */
/*
 * A loop that counts down clears an array and goes on below index zero.
 */
#include "sc_host.h"

static void clear_down(uint8_t *bytes SC_COUNT(n), int32_t n)
{
    for (int32_t i = n - 1; i >= -1; i--)
        bytes[i] = 0;
}

int main(int argc, char **argv SC_COUNT(argc))
{
    uint8_t bytes[32];
    const int32_t n = (int32_t)sc_arg(argc, argv, 1, 32);
    uint32_t sum = 0;

    for (uint32_t i = 0; i < 32; i++)
        bytes[i] = 1;
    if (n < 1 || n > 32)
        return 1;
    clear_down(bytes, n);
    for (uint32_t i = 0; i < 32; i++)
        sum += bytes[i];
    printf("missed %u\n", sum);
    return 0;
}
