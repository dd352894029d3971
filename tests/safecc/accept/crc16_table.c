/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * CRC-16 by a table of sixteen constants, four bits at a time; the index is a masked sum of
 * shifts.
 */
#include "core/base.h"

static const uint16_t crc_of_nibble[16] = {
    0x0000, 0x1021, 0x2042, 0x3063, 0x4084, 0x50a5, 0x60c6, 0x70e7,
    0x8108, 0x9129, 0xa14a, 0xb16b, 0xc18c, 0xd1ad, 0xe1ce, 0xf1ef,
};

uint16_t crc16(const uint8_t *bytes SC_COUNT(n), uint32_t n)
{
    uint16_t crc = 0xffff;

    for (uint32_t i = 0; i < n; i++) {
        const uint8_t b = bytes[i];

        crc = (uint16_t)(crc << 4 ^ crc_of_nibble[crc >> 12 ^ b >> 4]);
        crc = (uint16_t)(crc << 4 ^ crc_of_nibble[crc >> 12 ^ (b & 15)]);
    }
    return crc;
}
