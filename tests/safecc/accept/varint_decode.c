/* SPDX-License-Identifier: MIT */
// expect: ok
// run: ok
/*
 * Numbers of variable length, seven bits a byte: refuses what is longer than ten bytes or does
 * not end.
 */
#include "sc_host.h"

#define VARINT_MAX 10

/* How many bytes it took; 0 when malformed. */
static uint32_t varint_read(const uint8_t *p SC_COUNT(n), uint32_t n, uint64_t *value)
{
    uint64_t result = 0;

    for (uint32_t i = 0; i < n && i < VARINT_MAX; i++) {
        result |= (uint64_t)(p[i] & 0x7f) << 7 * i;
        if ((p[i] & 0x80) == 0) {
            *value = result;
            return i + 1;
        }
    }
    return 0;
}

static uint32_t varint_write(uint8_t *p SC_COUNT(VARINT_MAX), uint64_t value)
{
    uint32_t n = 0;

    SC_TRIPS(VARINT_MAX)
    do {
        p[n] = (uint8_t)((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
        value >>= 7;
        n++;
    } while (value != 0 && n < VARINT_MAX);
    return n;
}

int main(void)
{
    uint8_t bytes[VARINT_MAX] = { 0 };
    uint64_t back = 0;

    for (uint64_t v = 1; v < (uint64_t)1 << 62; v *= 3) {
        const uint32_t n = varint_write(bytes, v);

        if (varint_read(bytes, VARINT_MAX, &back) != n || back != v)
            return 1;
    }
    for (uint32_t i = 0; i < VARINT_MAX; i++)
        bytes[i] = 0x80;
    return varint_read(bytes, VARINT_MAX, &back) == 0 && varint_read(bytes, 0, &back) == 0 ? 0 : 2;
}
