/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * A structure by value as a result, and a caller that unpacks an address into table indices.
 */
#include "core/base.h"

#define ENTRIES 512

struct walk {
    uint16_t index[4]; /* from the top table down */
    uint16_t offset;
};

struct walk walk_of(uint64_t address)
{
    struct walk w;

    for (uint32_t level = 0; level < 4; level++)
        w.index[level] = (uint16_t)(address >> (39 - 9 * level) & (ENTRIES - 1));
    w.offset = (uint16_t)(address & (PAGE_SIZE - 1));
    return w;
}

uint64_t address_of(const struct walk *w)
{
    uint64_t address = w->offset;

    for (uint32_t level = 0; level < 4; level++)
        address |= (uint64_t)w->index[level] << (39 - 9 * level);
    return (w->index[0] & 256) != 0 ? address | 0xffffUL << 48 : address;
}

uint64_t entry_read(const uint64_t *table SC_COUNT(ENTRIES), uint64_t address, SC_RANGE(0, 3) uint32_t level)
{
    const struct walk w = walk_of(address);

    return table[w.index[level] % ENTRIES];
}
