/* SPDX-License-Identifier: MIT */
/*
 * The page allocator's twin: modules/pagealloc_buddy and core/frame.c over eight frames on two nodes.
 *
 * A ledger says whose each frame is, by what was asked for and answered.  After each operation the allocator's lists
 * and the frame table are held against it: no frame twice, none lost, each freed once.
 */
#include "hypervisor/modules/pagealloc_buddy/pagealloc_buddy.c"

#include <setjmp.h>
#include <signal.h>
#include <stdio.h>

#include "tests/twin/world.h"

#define FIRST 4
#define END 12
#define NODE_1 6 /* the first frame of node 1: a block's buddy may be another node's */
#define DOMAIN 1
#define LOW_BITS 15 /* below frame 8 */
#define LOW_END 8

enum whose { FREE, RAW, DOMAINS, LEFT /* the domain let go of it, somebody holds it */ };

struct entry {
    uint8_t whose;
    uint8_t head, order; /* of a RAW block */
    uint8_t ro, rw;      /* references that are held */
};
static struct entry ledger[END];

/* ---- the world ---- */

uint32_t numa_nearest(uint32_t from, uint32_t among)
{
    return (among >> from & 1) != 0 ? from : (uint32_t)__builtin_ctz(among | 1U << 8) % MAX_NODES;
}

static void start(void)
{
    numa = (struct numa_map){ .nr_nodes = 2, .nr_ranges = 2, .ranges = { { NODE_1, 0 }, { UINT64_MAX, 1 } } };
    world_frames(16);
    pagealloc_add(mfn(FIRST), END - FIRST);
    world_ready(0);
}

/* ---- what there is to do ---- */

struct get {
    uint8_t order, bits;
    uint32_t nodes;
};
static const struct get gets[] = { { 0, 0, 0 }, { 1, 0, 0 },        { 2, 0, 0 },       { 0, 0, 2 },
                                   { 1, 0, 2 }, { 0, LOW_BITS, 2 }, { 1, LOW_BITS, 0 } };
#define NR_GETS ARRAY_SIZE(gets)
#define NR_PUTS (END - FIRST)

enum other { GIVE, GET_RO, GET_RW, PUT_RO, PUT_RW, UNASSIGN, ALLOC_HV, NR_OTHERS };
static const char *const other_names[] = { "give", "get_ro", "get_rw", "put_ro", "put_rw", "unassign", "alloc_hv" };

static uint64_t limit_of(const struct get *g)
{
    return g->bits != 0 ? LOW_END : END;
}

/* Is there such a block of that node, by the ledger? */
static bool there_is(const struct get *g, uint32_t node)
{
    uint64_t n = 1UL << g->order;

    for (uint64_t at = FIRST; at + n <= limit_of(g); at += n) {
        bool all = true;

        for (uint64_t i = at; i < at + n; i++)
            all = all && ledger[i].whose == FREE && (i >= NODE_1) == node;
        if (all)
            return true;
    }
    return false;
}

static void take_raw(uint64_t m, unsigned order)
{
    for (uint64_t i = m; i < m + (1UL << order); i++) {
        twin_assert(i >= FIRST && i < END, "frame %lu, which was never the allocator's, is handed out", i);
        twin_assert(ledger[i].whose == FREE, "frame %lu is handed out twice", i);
        twin_assert((i >= NODE_1) == (m >= NODE_1), "the block at %lu lies in two nodes", m);
        ledger[i] = (struct entry){ .whose = RAW, .head = (uint8_t)m, .order = (uint8_t)order };
    }
}

static bool run_get(const struct get *g)
{
    uint32_t wanted = g->nodes != 0 ? 1 : 0;
    bool here = there_is(g, wanted), elsewhere = there_is(g, 1 - wanted);
    mfn_t m;
    int rc = pagealloc_get(g->order, g->bits, g->nodes, &m);

    twin_assert((rc == 0) == (here || elsewhere), "pagealloc_get says %d, and such a block there is%s", rc,
                here || elsewhere ? "" : " not");
    if (rc != 0)
        return false;
    twin_assert((m.v & ((1UL << g->order) - 1)) == 0, "the block at %lu is not aligned", m.v);
    twin_assert(m.v + (1UL << g->order) <= limit_of(g), "the block at %lu is not below the limit", m.v);
    twin_assert(!here || (m.v >= NODE_1) == wanted, "the block at %lu is of the wrong node", m.v);
    take_raw(m.v, g->order);
    return true;
}

static sigjmp_buf refused __attribute__((section("no_world")));

static void on_refusal(int nr)
{
    (void)nr;
    siglongjmp(refused, 1);
}

/* What is free is given back: the module fails, before it changes anything. */
static bool run_put_again(uint64_t m)
{
    struct sigaction others, mine = { .sa_handler = on_refusal };
    struct node *n = &nodes[m >= NODE_1];

    (void)sigaction(SIGILL, &mine, &others);
    if (sigsetjmp(refused, 1) == 0) {
        pagealloc_put(mfn(m), 0);
        twin_assert(false, "frame %lu, which is free, goes back once more", m);
    }
    (void)sigaction(SIGILL, &others, NULL);
    spin_unlock(&n->lock); /* as the call gate would */
    return true;
}

static bool run_put(uint64_t m)
{
    struct entry e = ledger[m];

    if (e.whose == FREE)
        return run_put_again(m);
    if (e.whose != RAW || e.head != m)
        return false;
    for (uint64_t i = m; i < m + (1UL << e.order); i++)
        ledger[i] = (struct entry){ 0 };
    /* Frames that frames_alloc_hv gave go back as frame_free_hv does it. */
    if ((frame_state(mfn(m)) & FS_HV) != 0)
        frame_free_hv(mfn(m));
    else
        pagealloc_put(mfn(m), e.order);
    return true;
}

/* The first frame of that kind; END: none. */
static uint64_t first_of(enum whose whose, bool held)
{
    for (uint64_t m = FIRST; m < END; m++)
        if (ledger[m].whose == whose && (!held || ledger[m].ro + ledger[m].rw != 0))
            return m;
    return END;
}

static uint64_t first_single(void)
{
    for (uint64_t m = FIRST; m < END; m++)
        if (ledger[m].whose == RAW && ledger[m].order == 0 && (frame_state(mfn(m)) & FS_HV) == 0)
            return m;
    return END;
}

static uint64_t first_held(bool rw)
{
    for (uint64_t m = FIRST; m < END; m++)
        if ((rw ? ledger[m].rw : ledger[m].ro) != 0)
            return m;
    return END;
}

static void ledger_settle(uint64_t m)
{
    if (ledger[m].whose == LEFT && ledger[m].ro + ledger[m].rw == 0)
        ledger[m] = (struct entry){ 0 };
}

static bool run_give(void)
{
    uint64_t m = first_single();

    if (m == END)
        return false;
    frame_give(mfn(m), DOMAIN);
    ledger[m] = (struct entry){ .whose = DOMAINS };
    return true;
}

static bool run_hold(bool rw)
{
    uint64_t m = first_of(DOMAINS, false);
    fref_t r;

    if (m == END)
        return false;
    twin_assert((rw ? frame_get_rw(mfn(m), DOMAIN, &r) : frame_get_ro(mfn(m), DOMAIN, &r)) == 0,
                "a plain frame of the domain's cannot be held");
    if (rw)
        ledger[m].rw++;
    else
        ledger[m].ro++;
    return true;
}

static bool run_drop(bool rw)
{
    uint64_t m = first_held(rw);

    if (m == END)
        return false;
    if (rw)
        ledger[m].rw--;
    else
        ledger[m].ro--;
    ledger_settle(m);
    frame_put((fref_t){ m << PAGE_SHIFT | (rw ? FREF_TAG_RW : FREF_TAG_RO) });
    return true;
}

static bool run_unassign(void)
{
    uint64_t m = first_of(DOMAINS, false);

    if (m == END) {
        twin_assert(frame_unassign(mfn(FIRST), DOMAIN) == -EINVAL, "a frame that is not the domain's is unassigned");
        return false;
    }
    ledger[m].whose = LEFT;
    ledger_settle(m);
    twin_assert(frame_unassign(mfn(m), DOMAIN) == 0, "a frame of the domain's is not unassigned");
    return true;
}

static bool run_alloc_hv(void)
{
    static const struct get one = { 0, 0, 0 };
    bool can = there_is(&one, 0) || there_is(&one, 1);
    mfn_t m;
    int rc = frame_alloc_hv(&m);

    twin_assert((rc == 0) == can, "frame_alloc_hv says %d", rc);
    if (rc == 0)
        take_raw(m.v, 0);
    return rc == 0;
}

static bool run(unsigned i)
{
    if (i < NR_GETS)
        return run_get(&gets[i]);
    i -= NR_GETS;
    if (i < NR_PUTS)
        return run_put(FIRST + i);
    switch ((enum other)(i - NR_PUTS)) {
    case GIVE: return run_give();
    case GET_RO: return run_hold(false);
    case GET_RW: return run_hold(true);
    case PUT_RO: return run_drop(false);
    case PUT_RW: return run_drop(true);
    case UNASSIGN: return run_unassign();
    case ALLOC_HV: return run_alloc_hv();
    case NR_OTHERS: break;
    }
    return false;
}

static void name_of(unsigned i, char *text, size_t size)
{
    if (i < NR_GETS)
        (void)snprintf(text, size, "get(order %u, bits %u, nodes %u)", gets[i].order, gets[i].bits, gets[i].nodes);
    else if (i - NR_GETS < NR_PUTS)
        (void)snprintf(text, size, "put(%zu)", (size_t)FIRST + i - NR_GETS);
    else
        (void)snprintf(text, size, "%s", other_names[i - NR_GETS - NR_PUTS]);
}

/* ---- what must hold ---- */

/* Once for each list that a frame is found in, by following the links alone. */
static uint8_t listed[END];

static void check_block(uint32_t node, unsigned order, uint64_t head)
{
    uint64_t n = 1UL << order;

    twin_assert(head >= FIRST && head + n <= END && (head & (n - 1)) == 0, "node %u, order %u lists frame %lu", node,
                order, head);
    for (uint64_t m = head; m < head + n; m++) {
        twin_assert((m >= NODE_1) == node, "frame %lu is in a list of node %u", m, node);
        twin_assert(listed[m]++ == 0, "frame %lu is in two free blocks", m);
    }
    for (uint64_t m = head + 1; m < head + n; m++)
        twin_assert(frame_table()[m].state == FS_OWNER(DOMID_NONE), "frame %lu, inside a free block, has state %lx", m,
                    frame_table()[m].state);
    twin_assert(frame_table()[head].state == (FS_OWNER(DOMID_NONE) | FS_SEALED | order),
                "frame %lu, a free block's first, has state %lx", head, frame_table()[head].state);
}

static void check_list(uint32_t node, unsigned order)
{
    uint32_t before = NIL;
    unsigned n = 0;

    for (uint32_t at = nodes[node].free_head[order]; at != NIL; at = (uint32_t)frame_table()[at].aux) {
        twin_assert(n++ < END, "the list of node %u, order %u has no end", node, order);
        check_block(node, order, at);
        twin_assert(frame_table()[at].aux >> 32 == before, "frame %u's link back is wrong", at);
        before = at;
    }
}

/* Two free halves of a block that are not one. */
static void check_merged(void)
{
    for (unsigned order = 0; order < 4; order++) {
        uint64_t free_state = FS_OWNER(DOMID_NONE) | FS_SEALED | order, n = 1UL << order;

        for (uint64_t m = ALIGN_UP(FIRST, 2 * n); m + 2 * n <= END; m += 2 * n)
            twin_assert(frame_table()[m].state != free_state || frame_table()[m + n].state != free_state ||
                            (m >= NODE_1) != (m + n >= NODE_1),
                        "the free blocks of order %u at %lu are not one", order, m);
    }
}

static void check_frame(uint64_t m)
{
    const struct entry *e = &ledger[m];
    uint64_t s = frame_table()[m].state, refs = (uint64_t)e->ro * FS_RO_ONE + e->rw;

    twin_assert((listed[m] != 0) == (e->whose == FREE), "frame %lu is %s", m,
                listed[m] != 0 ? "free and in use" : "lost");
    if (e->whose == RAW)
        twin_assert((s & ~FS_HV) == FS_OWNER(DOMID_NONE), "frame %lu, handed out, has state %lx", m, s);
    if (e->whose == DOMAINS)
        twin_assert(s == (FS_OWNER(DOMAIN) | FS_ALLOC | refs), "frame %lu, the domain's, has state %lx", m, s);
    if (e->whose == LEFT)
        twin_assert(s == (FS_OWNER(DOMAIN) | refs), "frame %lu, held, has state %lx", m, s);
}

static void check(void)
{
    uint64_t nr_free[2] = { 0, 0 };

    memset(listed, 0, sizeof(listed));
    for (uint32_t node = 0; node < MAX_NODES; node++)
        for (unsigned order = 0; order < NR_ORDERS; order++)
            check_list(node, order);
    check_merged();
    for (uint64_t m = FIRST; m < END; m++) {
        check_frame(m);
        nr_free[m >= NODE_1] += listed[m];
    }
    for (uint32_t node = 0; node < 2; node++) {
        twin_assert(pagealloc_nr_free_on(node) == nr_free[node], "node %u has %lu frames free and counts %lu", node,
                    nr_free[node], pagealloc_nr_free_on(node));
        twin_assert(pagealloc_nr_total_on(node) == (node == 0 ? NODE_1 - FIRST : END - NODE_1),
                    "node %u's total has changed", node);
    }
    memset(listed, 0, sizeof(listed));
    world_check();
}

int main(void)
{
    static const struct twin pagealloc = {
        .name = "pagealloc",
        .nr_ops = NR_GETS + NR_PUTS + NR_OTHERS,
        .depth = 8,
        .full_depth = 10,
        .start = start,
        .run = run,
        .check = check,
        .name_of = name_of,
    };

    return twin_main(&pagealloc);
}
