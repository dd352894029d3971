/* SPDX-License-Identifier: MIT */
/* A page allocator for twins that are not about it: single frames, the last that came first. */
#include "tests/twin/world.h"

#include "ports/pagealloc.h"

#define MOST 16

uint64_t world_nr_free;
static uint64_t pages[MOST];

void world_pages(uint64_t from, uint64_t end)
{
    for (uint64_t m = end; m-- > from;)
        pagealloc_put(mfn(m), 0);
}

int pagealloc_get(unsigned order, unsigned addr_bits, uint32_t nodes, mfn_t *out)
{
    twin_assert(order == 0, "more than a frame is asked for");
    if (world_nr_free == 0)
        return -ENOMEM;
    *out = mfn(pages[--world_nr_free]);
    pages[world_nr_free] = 0;
    return 0;
}

void pagealloc_put(mfn_t m, unsigned order)
{
    twin_assert(world_nr_free < MOST, "more frames are freed than there are");
    twin_assert(frame_table()[m.v].state == FS_OWNER(DOMID_NONE), "frame %lu is freed with state %lx", m.v,
                frame_table()[m.v].state);
    for (uint64_t i = 0; i < world_nr_free; i++)
        twin_assert(pages[i] != m.v, "frame %lu is freed twice", m.v);
    pages[world_nr_free++] = m.v;
    frame_table()[m.v].aux = 0;
}
