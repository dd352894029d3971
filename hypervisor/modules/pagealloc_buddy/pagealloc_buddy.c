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

/*@ // While nobody has a node's lock: its free blocks are blocks, and no frame is in two.
    predicate resource_node_lock{L}(struct node *x) = \forall integer i; 0 <= i < MAX_NODES && x == &nodes[i] ==>
      node_ok(i) && node_locked == i;
    // A block of that order, below the limit, that is the caller's: nothing of it is free.
    predicate handed_out{L}(integer m, integer order, integer limit) = is_block(frame_node[m], m, order) &&
      none_free(frame_node[m], m, order) && m + frames(order) <= limit;
*/

/* A block of that node's. */
/*@ requires \separated(out, nodes + (..), frame_mark + (..), frame_node + (..), &max_mfn, &node_locked);
    assigns nodes[0 .. MAX_NODES - 1], *out, frame_mark[0 ..], node_locked;
    ensures \result ==> handed_out(out->v, order, limit);
*/
static bool node_get(uint32_t node SC_RANGE(0, MAX_NODES - 1), unsigned order SC_RANGE(0, PAGEALLOC_MAX_ORDER),
                     uint64_t limit, mfn_t *out)
{
    struct node *n = &nodes[node];
    bool found;

    spin_lock(&n->lock);
    found = block_take_locked(n, node, order, limit, out);
    spin_unlock(&n->lock);
    return found;
}

/* Of several nodes the one with most free frames. */
/*@ assigns \nothing;
    ensures \result < MAX_NODES;
*/
static uint32_t node_first(uint32_t wanted)
{
    uint32_t best = 0;
    uint64_t most = 0;

    /*@ loop invariant 0 <= i <= MAX_NODES && best < MAX_NODES;
        loop assigns i, best, most;
        loop variant MAX_NODES - i;
    */
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
/*@ requires \separated(out, nodes + (..), frame_mark + (..), frame_node + (..), &max_mfn, &node_locked);
    assigns nodes[0 .. MAX_NODES - 1], *out, frame_mark[0 ..], node_locked;
    ensures \result ==> handed_out(out->v, order, limit);
*/
static bool nodes_get(uint32_t wanted, unsigned order SC_RANGE(0, PAGEALLOC_MAX_ORDER), uint64_t limit, mfn_t *out)
{
    uint32_t left = numa_all(), first = node_first(wanted), node = first;

    /*@ loop invariant 0 <= i <= MAX_NODES && node < MAX_NODES && first < MAX_NODES;
        loop assigns i, left, node, nodes[0 .. MAX_NODES - 1], *out, frame_mark[0 ..], node_locked;
        loop variant MAX_NODES - i;
    */
    for (uint32_t i = 0; i < MAX_NODES && left != 0; i++) {
        if (node_get(node % MAX_NODES, order, limit, out))
            return true;
        left &= ~(1U << node % MAX_NODES);
        node = numa_nearest(first, (left & wanted) != 0 ? left & wanted : left);
    }
    return false;
}

/*@ requires \separated(out, nodes + (..), frame_mark + (..), frame_node + (..), &max_mfn, &node_locked);
    assigns nodes[0 .. MAX_NODES - 1], *out, frame_mark[0 ..], node_locked;
    ensures one_of: \result == 0 || \result == -ENOMEM;
    ensures handed: \result == 0 ==> order <= PAGEALLOC_MAX_ORDER && handed_out(out->v, order, UINT64_MAX);
    ensures below: \result == 0 && 0 < addr_bits < 52 ==>
      12 < addr_bits && handed_out(out->v, order, (uint64_t)(1 << (addr_bits - 12)));
    ensures refused: \result != 0 ==> *out == \old(*out);
*/
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
    /*@ loop invariant 0 <= i <= frames(order);
        loop assigns i;
        loop variant frames(order) - i;
    */
    for (uint64_t i = 0; i < block_frames(order); i++)
        frame_require_nobodys(mfn(m.v + i));
    *out = m;
    return 0;
}

/*@ assigns nodes[0 .. MAX_NODES - 1], frame_mark[0 ..], node_locked;
    ensures block: is_block(frame_node[m.v], m.v, order);
    ensures given: all_free(frame_node[m.v], m.v, order);
*/
void pagealloc_put(mfn_t m, unsigned order)
{
    uint32_t node = numa_node_of(m) % MAX_NODES;
    struct node *n = &nodes[node];

    spin_lock(&n->lock);
    block_check_locked(node, m, order);
    block_give_locked(n, m, order);
    spin_unlock(&n->lock);
}

/*@ assigns nodes[0 .. MAX_NODES - 1], frame_mark[0 ..], node_locked, lists_ready;
 */
static void lists_init(void)
{
    /*@ loop invariant 0 <= i <= MAX_NODES;
        loop assigns i, nodes[0 .. MAX_NODES - 1], frame_mark[0 ..], node_locked;
        loop variant MAX_NODES - i;
    */
    for (unsigned i = 0; i < MAX_NODES; i++) {
        struct node *n = &nodes[i];

        n->lock = (spinlock_t)SPINLOCK_INIT(RANK_PAGEALLOC);
        spin_lock(&n->lock);
        /*@ loop invariant 0 <= o <= NR_ORDERS;
            loop assigns o, nodes[i].free_head[0 .. NR_ORDERS - 1];
            loop variant NR_ORDERS - o;
        */
        for (unsigned o = 0; o < NR_ORDERS; o++)
            n->free_head[o] = NIL;
        spin_unlock(&n->lock);
    }
    lists_ready = true;
}

/* The largest block at `at` that ends with the range, and in one node. */
/*@ requires at < end;
    assigns \nothing;
    ensures \result <= PAGEALLOC_MAX_ORDER && aligned(at, \result) && at + frames(\result) <= end;
*/
static unsigned block_order(uint64_t at, uint64_t end)
{
    unsigned order = 0;

    /*@ loop invariant order <= PAGEALLOC_MAX_ORDER && aligned(at, order) && at + frames(order) <= end;
        loop assigns order;
        loop variant PAGEALLOC_MAX_ORDER - order;
    */
    while (order < PAGEALLOC_MAX_ORDER && block_aligned(at, order + 1) && block_frames(order + 1) <= end - at &&
           numa_node_of(mfn(at + block_frames(order + 1) - 1)) == numa_node_of(mfn(at)))
        order++;
    return order;
}

/*@ assigns nodes[0 .. MAX_NODES - 1], frame_mark[0 ..], node_locked, lists_ready;
 */
void pagealloc_add(mfn_t start, uint64_t nr_frames)
{
    uint64_t at = start.v, end = start.v + nr_frames;

    if (!lists_ready)
        lists_init();
    /*@ loop assigns at, nodes[0 .. MAX_NODES - 1], frame_mark[0 ..], node_locked;
        loop variant end - at;
    */
    while (at < end) {
        unsigned order = block_order(at, end);
        struct node *n = &nodes[numa_node_of(mfn(at)) % MAX_NODES];

        spin_lock(&n->lock);
        atomic_write64(&n->nr_total, atomic_read64(&n->nr_total) + block_frames(order));
        spin_unlock(&n->lock);
        pagealloc_put(mfn(at), order);
        at += block_frames(order);
    }
}

/*@ assigns \nothing;
    ensures none: node >= MAX_NODES ==> \result == 0;
*/
uint64_t pagealloc_nr_free_on(uint32_t node)
{
    return node < MAX_NODES ? atomic_read64(&nodes[node].nr_free) : 0;
}

/*@ assigns \nothing;
    ensures none: node >= MAX_NODES ==> \result == 0;
*/
uint64_t pagealloc_nr_total_on(uint32_t node)
{
    return node < MAX_NODES ? atomic_read64(&nodes[node].nr_total) : 0;
}

/*@ assigns \nothing; */
uint64_t pagealloc_nr_free(void)
{
    uint64_t nr = 0;

    /*@ loop assigns i, nr;
        loop variant MAX_NODES - i;
    */
    for (uint32_t i = 0; i < MAX_NODES; i++)
        nr += pagealloc_nr_free_on(i);
    return nr;
}

/*@ assigns \nothing; */
uint64_t pagealloc_nr_total(void)
{
    uint64_t nr = 0;

    /*@ loop assigns i, nr;
        loop variant MAX_NODES - i;
    */
    for (uint32_t i = 0; i < MAX_NODES; i++)
        nr += pagealloc_nr_total_on(i);
    return nr;
}
