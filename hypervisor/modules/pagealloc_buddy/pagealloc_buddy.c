/* SPDX-License-Identifier: MIT */
/*
 * A buddy allocator.  A free block's head frame has state FS_SEALED with owner
 * DOMID_NONE and its order in the count bits; its aux links it into the list of
 * its order.
 */
#include "core/frame.h"
#include "core/lock.h"
#include "core/log.h"
#include "core/atomic.h"
#include "ports/pagealloc.h"

#define NR_ORDERS (PAGEALLOC_MAX_ORDER + 1)
#define NIL 0xffffffffU

static spinlock_t pagealloc_lock = SPINLOCK_INIT(RANK_PAGEALLOC);
static uint32_t free_head[NR_ORDERS] SC_GUARDED_BY(pagealloc_lock);
static uint64_t nr_free SC_GUARDED_BY(pagealloc_lock);
static uint64_t nr_total SC_GUARDED_BY(pagealloc_lock);
static bool lists_ready SC_BOOT;

static void list_add_locked(unsigned order, mfn_t m)
{
    uint32_t old = free_head[order];

    frame_set_free(m, order);
    frame_link_set(m, NIL, old);
    if (old != NIL)
        frame_link_set(mfn(old), (uint32_t)m.v, frame_link_next(mfn(old)));
    free_head[order] = (uint32_t)m.v;
}

static void list_del_locked(unsigned order, mfn_t m)
{
    uint32_t prev = frame_link_prev(m), next = frame_link_next(m);

    if (prev == NIL)
        free_head[order] = next;
    else
        frame_link_set(mfn(prev), frame_link_prev(mfn(prev)), next);
    if (next != NIL)
        frame_link_set(mfn(next), prev, frame_link_next(mfn(next)));
    frame_clear_free(m, order);
}

/* Give back one aligned block, merging it with its free buddies. */
static void block_free_locked(mfn_t m, unsigned order)
{
    while (order < PAGEALLOC_MAX_ORDER) {
        mfn_t buddy = mfn(m.v ^ (1UL << order));

        if (!frame_is_free(buddy, order))
            break;
        list_del_locked(order, buddy);
        m = mfn(m.v & ~(1UL << order));
        order++;
    }
    list_add_locked(order, m);
}

/* Cut the block of order have at m down to order want, lowest part kept. */
static void block_split_locked(mfn_t m, unsigned have, unsigned want)
{
    while (have > want) {
        have--;
        list_add_locked(have, mfn(m.v + (1UL << have)));
    }
}

/* The first block in the lists of at least this order that begins low enough. */
static bool block_find_locked(unsigned order, uint64_t limit, mfn_t *out, unsigned *out_order)
{
    for (unsigned o = order; o < NR_ORDERS; o++) {
        for (uint32_t at = free_head[o]; at != NIL; at = frame_link_next(mfn(at))) {
            if (at + (1UL << order) > limit)
                continue;
            *out = mfn(at);
            *out_order = o;
            return true;
        }
    }
    return false;
}

int pagealloc_get(unsigned order, unsigned addr_bits, mfn_t *out)
{
    uint64_t limit = UINT64_MAX;
    unsigned have;
    mfn_t m;
    bool found;

    if (order > PAGEALLOC_MAX_ORDER)
        return -ENOMEM;
    if (addr_bits != 0 && addr_bits < 52) {
        if (addr_bits <= PAGE_SHIFT)
            return -ENOMEM;
        limit = 1UL << (addr_bits - PAGE_SHIFT);
    }
    spin_lock(&pagealloc_lock);
    found = block_find_locked(order, limit, &m, &have);
    if (found) {
        list_del_locked(have, m);
        block_split_locked(m, have, order);
        nr_free -= 1UL << order;
    }
    spin_unlock(&pagealloc_lock);
    if (!found)
        return -ENOMEM;
    for (uint64_t i = 0; i < 1UL << order; i++)
        SC_REQUIRE(frame_is_nobodys(mfn(m.v + i)));
    *out = m;
    return 0;
}

void pagealloc_put(mfn_t m, unsigned order)
{
    BUG_ON((m.v & ((1UL << order) - 1)) != 0 || m.v + (1UL << order) > max_mfn);
    spin_lock(&pagealloc_lock);
    for (uint64_t i = 0; i < 1UL << order; i++)
        SC_REQUIRE(frame_is_nobodys(mfn(m.v + i)));
    block_free_locked(m, order);
    nr_free += 1UL << order;
    spin_unlock(&pagealloc_lock);
}

void pagealloc_add(mfn_t start, uint64_t nr_frames)
{
    uint64_t at = start.v, end = start.v + nr_frames;

    spin_lock(&pagealloc_lock);
    if (!lists_ready) {
        for (unsigned o = 0; o < NR_ORDERS; o++)
            free_head[o] = NIL;
        lists_ready = true;
    }
    nr_total += nr_frames;
    spin_unlock(&pagealloc_lock);
    while (at < end) {
        unsigned order = 0;

        while (order < PAGEALLOC_MAX_ORDER && (at & (1UL << order)) == 0 && at + (2UL << order) <= end)
            order++;
        pagealloc_put(mfn(at), order);
        at += 1UL << order;
    }
}

uint64_t pagealloc_nr_free(void)
{
    return atomic_read64(&nr_free);
}

uint64_t pagealloc_nr_total(void)
{
    return atomic_read64(&nr_total);
}
