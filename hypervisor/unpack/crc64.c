/* SPDX-License-Identifier: MIT */
#include "crc64.h"

#define CRC64_POLYNOMIAL 0xC96C5795D7870F42u
#define SLICES 8

/* table[k][b]: what byte b followed by k zero bytes contributes. */
static uint64_t table[SLICES][256];

void crc64_init(void)
{
    for (uint32_t b = 0; b < 256; b++) {
        uint64_t value = b;

        for (int bit = 0; bit < 8; bit++)
            value = value >> 1 ^ ((value & 1) != 0 ? CRC64_POLYNOMIAL : 0);
        table[0][b] = value;
    }
    for (int k = 1; k < SLICES; k++)
        for (uint32_t b = 0; b < 256; b++)
            table[k][b] = table[k - 1][b] >> 8 ^ table[0][table[k - 1][b] & 0xFF];
}

uint64_t crc64_add(const uint8_t *bytes, size_t len, uint64_t sum)
{
    size_t at = 0;

    sum = ~sum;
    for (; len - at >= SLICES; at += SLICES) {
        uint64_t eight, next = 0;

        __builtin_memcpy(&eight, &bytes[at], sizeof(eight));
        eight ^= sum;
        for (int k = 0; k < SLICES; k++)
            next ^= table[SLICES - 1 - k][eight >> (8 * k) & 0xFF];
        sum = next;
    }
    for (; at < len; at++)
        sum = sum >> 8 ^ table[0][(sum ^ bytes[at]) & 0xFF];
    return ~sum;
}
