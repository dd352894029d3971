/* SPDX-License-Identifier: MIT */
// expect: ok
// run: ok
/*
 * CRC-32 bit by bit; shifts by constants and an exclusive or.
 */
#include "sc_host.h"

static uint32_t crc32(const uint8_t *bytes SC_COUNT(n), uint32_t n)
{
    uint32_t crc = ~0U;

    for (uint32_t i = 0; i < n; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = (crc & 1) != 0 ? crc >> 1 ^ 0xedb88320U : crc >> 1;
    }
    return ~crc;
}

int main(void)
{
    static const uint8_t check[9] = { '1', '2', '3', '4', '5', '6', '7', '8', '9' };

    return crc32(check, 9) == 0xcbf43926U ? 0 : 1;
}
