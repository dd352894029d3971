/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * A header announces how many entries follow; count and size are checked by division before the
 * loop.
 */
#include "core/base.h"

#define HEADER_BYTES 8
#define ENTRY_BYTES 12
#define ENTRIES_MAX 64

struct map_entry {
    uint64_t address;
    uint32_t kind;
};

static uint32_t load32(const uint8_t *p SC_COUNT(n), uint32_t n, uint32_t at)
{
    uint32_t value = 0;

    for (uint32_t i = 4; i > 0; i--)
        value = value << 8 | (at + i - 1 < n ? p[at + i - 1] : 0);
    return value;
}

/* How many entries were read, or -EINVAL. */
int map_parse(struct map_entry *out SC_COUNT(ENTRIES_MAX), const uint8_t *p SC_COUNT(n),
              SC_RANGE(0, 0x10000) uint32_t n)
{
    uint32_t nr_entries;

    if (n < HEADER_BYTES || load32(p, n, 0) != 0x50414d45)
        return -EINVAL;
    nr_entries = load32(p, n, 4);
    if (nr_entries > ENTRIES_MAX || nr_entries > (n - HEADER_BYTES) / ENTRY_BYTES)
        return -EINVAL;
    for (uint32_t i = 0; i < nr_entries; i++) {
        const uint32_t at = HEADER_BYTES + i * ENTRY_BYTES;

        out[i].address = load32(p, n, at) | (uint64_t)load32(p, n, at + 4) << 32;
        out[i].kind = load32(p, n, at + 8);
    }
    return (int)nr_entries;
}
