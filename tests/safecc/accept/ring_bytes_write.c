/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * Writes a run of bytes into a ring in at most two pieces; the lengths of both come from minima.
 */
#include "core/base.h"

#define RING_BYTES 1024

struct byte_ring {
    uint32_t start SC_RANGE(0, RING_BYTES - 1);
    uint32_t used SC_RANGE(0, RING_BYTES);
    uint8_t bytes[RING_BYTES];
};

static uint32_t min_u32(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Returns how many bytes there was room for. */
uint32_t byte_ring_write(struct byte_ring *r, const uint8_t *data SC_COUNT(n), uint32_t n)
{
    const uint32_t used = r->used;
    const uint32_t at = (r->start + used) % RING_BYTES;
    const uint32_t wanted = min_u32(n, RING_BYTES - used);
    const uint32_t first = min_u32(wanted, RING_BYTES - at);

    for (uint32_t i = 0; i < first && i < n; i++)
        r->bytes[at + i] = data[i];
    for (uint32_t i = first; i < wanted && i < n; i++)
        r->bytes[i - first] = data[i];
    r->used = used + wanted;
    return wanted;
}
