/* SPDX-License-Identifier: MIT */
/*
 * A buddy allocator.  A free block's head frame has state FS_SEALED with owner
 * DOMID_NONE and its order in the count bits; its aux links it into the list of
 * its order.  Each node has lists of its own; a block lies in one node.
 */
#include "core/log.h"
#include "modules/pagealloc_buddy/buddy_block.h"

static struct node nodes[MAX_NODES];
static bool lists_ready SC_BOOT;

static bool node_get(uint32_t node SC_RANGE(0, MAX_NODES - 1), unsigned order, uint64_t limit, mfn_t *out)
{
    struct node *n = &nodes[node];
    bool found;

    spin_lock(&n->lock);
    found = block_take_locked(n, node, order, limit, out);
    spin_unlock(&n->lock);
    return found;
}

/* Of several nodes the one with most free frames. */
static uint32_t node_first(uint32_t wanted)
{
    uint32_t best = 0;
    uint64_t most = 0;

    for (uint32_t i = 0; i < MAX_NODES; i++) {
        uint64_t nr = (wanted >> i & 1) != 0 ? pagealloc_nr_free_on(i) : 0;

        if (nr > most) {
            best = i;
            most = nr;
        }
    }
    return most != 0 ? best : numa_nearest(0, wanted);
}

/* The wanted ones first, then the rest, each time the nearest to the first. */
static bool nodes_get(uint32_t wanted, unsigned order, uint64_t limit, mfn_t *out)
{
    uint32_t left = numa_all(), first = node_first(wanted), node = first;

    for (uint32_t i = 0; i < MAX_NODES && left != 0; i++) {
        if (node_get(node % MAX_NODES, order, limit, out))
            return true;
        left &= ~(1U << node);
        node = numa_nearest(first, (left & wanted) != 0 ? left & wanted : left);
    }
    return false;
}

int pagealloc_get(unsigned order, unsigned addr_bits, uint32_t wanted, mfn_t *out)
{
    uint64_t limit = UINT64_MAX;
    mfn_t m;

    if (order > PAGEALLOC_MAX_ORDER)
        return -ENOMEM;
    if (addr_bits != 0 && addr_bits < 52) {
        if (addr_bits <= PAGE_SHIFT)
            return -ENOMEM;
        limit = 1UL << (addr_bits - PAGE_SHIFT);
    }
    wanted = (wanted != PAGEALLOC_HERE ? wanted : numa_here()) & numa_all();
    if (!nodes_get(wanted != 0 ? wanted : numa_all(), order, limit, &m))
        return -ENOMEM;
    for (uint64_t i = 0; i < 1UL << order; i++)
        SC_REQUIRE(frame_is_nobodys(mfn(m.v + i)));
    *out = m;
    return 0;
}

void pagealloc_put(mfn_t m, unsigned order)
{
    struct node *n = &nodes[numa_node_of(m) % MAX_NODES];

    BUG_ON((m.v & ((1UL << order) - 1)) != 0 || m.v + (1UL << order) > max_mfn);
    spin_lock(&n->lock);
    for (uint64_t i = 0; i < 1UL << order; i++)
        SC_REQUIRE(frame_is_nobodys(mfn(m.v + i)));
    block_give_locked(n, m, order);
    spin_unlock(&n->lock);
}

static void lists_init(void)
{
    for (unsigned i = 0; i < MAX_NODES; i++) {
        struct node *n = &nodes[i];

        n->lock = (spinlock_t)SPINLOCK_INIT(RANK_PAGEALLOC);
        spin_lock(&n->lock);
        for (unsigned o = 0; o < NR_ORDERS; o++)
            n->free_head[o] = NIL;
        spin_unlock(&n->lock);
    }
    lists_ready = true;
}

/* The largest aligned block at `at` that ends with the range, and in one node. */
static unsigned block_order(uint64_t at, uint64_t end)
{
    unsigned order = 0;

    while (order < PAGEALLOC_MAX_ORDER && (at & (1UL << order)) == 0 && at + (2UL << order) <= end &&
           numa_node_of(mfn(at + (2UL << order) - 1)) == numa_node_of(mfn(at)))
        order++;
    return order;
}

void pagealloc_add(mfn_t start, uint64_t nr_frames)
{
    uint64_t at = start.v, end = start.v + nr_frames;

    if (!lists_ready)
        lists_init();
    while (at < end) {
        unsigned order = block_order(at, end);
        struct node *n = &nodes[numa_node_of(mfn(at)) % MAX_NODES];

        spin_lock(&n->lock);
        atomic_write64(&n->nr_total, atomic_read64(&n->nr_total) + (1UL << order));
        spin_unlock(&n->lock);
        pagealloc_put(mfn(at), order);
        at += 1UL << order;
    }
}

uint64_t pagealloc_nr_free_on(uint32_t node)
{
    return node < MAX_NODES ? atomic_read64(&nodes[node].nr_free) : 0;
}

uint64_t pagealloc_nr_total_on(uint32_t node)
{
    return node < MAX_NODES ? atomic_read64(&nodes[node].nr_total) : 0;
}

uint64_t pagealloc_nr_free(void)
{
    uint64_t nr = 0;

    for (uint32_t i = 0; i < MAX_NODES; i++)
        nr += pagealloc_nr_free_on(i);
    return nr;
}

uint64_t pagealloc_nr_total(void)
{
    uint64_t nr = 0;

    for (uint32_t i = 0; i < MAX_NODES; i++)
        nr += pagealloc_nr_total_on(i);
    return nr;
}
