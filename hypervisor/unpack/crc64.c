/* SPDX-License-Identifier: MIT */
#include "crc64.h"

#define CRC64_POLYNOMIAL 0xC96C5795D7870F42u
#define SLICES 8

/* table[k][b]: what byte b followed by k zero bytes contributes. */
static uint64_t table[SLICES][256] SC_BOOT;

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

static uint64_t load8(const uint8_t *bytes SC_COUNT(8))
{
    uint64_t value = 0;

    for (int i = 7; i >= 0; i--)
        value = value << 8 | bytes[i];
    return value;
}

uint64_t crc64_add(const uint8_t *bytes, size_t len, uint64_t sum)
{
    size_t at = 0;

    sum = ~sum;
    for (; len - at >= SLICES; at += SLICES) {
        uint64_t eight = load8(&bytes[at]) ^ sum, next = 0;

        for (int k = 0; k < SLICES; k++)
            next ^= table[SLICES - 1 - k][eight >> (8 * k) & 0xFF];
        sum = next;
    }
    for (; at < len; at++)
        sum = sum >> 8 ^ table[0][(sum ^ bytes[at]) & 0xFF];
    return ~sum;
}
