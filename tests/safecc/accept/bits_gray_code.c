/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * Turns numbers into Gray code and back; the shift doubles from turn to turn below a constant.
 */
#include "core/base.h"

uint32_t gray_of(uint32_t n)
{
    return n ^ n >> 1;
}

uint32_t gray_to_number(uint32_t gray)
{
    for (uint32_t shift = 1; shift < 32; shift *= 2)
        gray ^= gray >> shift;
    return gray;
}

uint8_t reverse_byte(uint8_t b)
{
    uint8_t reversed = 0;

    for (int i = 0; i < 8; i++) {
        reversed = (uint8_t)(reversed << 1 | (b & 1));
        b >>= 1;
    }
    return reversed;
}
