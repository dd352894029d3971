/*
 * Arguments that change while a hypercall reads them.
 *
 * Checks: vcpu 1 rewrites without pause the structures that vcpu 0 passes: mmu_update requests, mmuext operations, grant maps, unmaps and copies,
 *   event channel operations, memory reservations with their lists, multicall entries; each word now this plausible value, now another,
 *   now a hostile one. Whatever the calls answer: no table becomes writable, no frame is lost or gained, ports and grants are all given
 *   back, every frame can be plain and a table again.
 * Run: vcpus=2 smp=2
 */
#include "grant.h"
#include "smp.h"

#define CALLS 128 // of each kind
#define WORDS 32
#define CHOICES 4
#define DATA 4
#define EXTENTS 4
#define HANDLES 128 // more than there can be

static volatile u64 words[WORDS] PAGE;                       // what the hypercalls get
static u64 table[512] PAGE, data[DATA][512] PAGE, windows[DATA][512] PAGE, spare[EXTENTS][512] PAGE;
static u64 choices[WORDS][CHOICES], window_entry[DATA], data_frame[DATA], table_frame;
static volatile u32 nr_words, rewrites, stop_asked, stopped, ending;
static u32 accepted, declined;

static u64 hostile(void)
{
    static const u64 values[] = { ~0UL, ~0UL << 12, NON_CANONICAL, HYPERVISOR_PRIVATE, HYPERVISOR_END - 8, 1UL << 52, 0x7fffffff, 0xffffffff };

    return values[below(ARRAY_SIZE(values))];
}

// ---- vcpu 1
static void rewrite(u32 vcpu)
{
    (void)vcpu;
    while (ending == 0) {
        if (stop_asked != 0) {
            stopped = 1;
            relax();
            continue;
        }
        stopped = 0;
        u32 at = (u32)below(nr_words);

        words[at] = choices[at][below(CHOICES)];
        rewrites++;
    }
}

static void others_stop(void)
{
    stop_asked = 1;
    smp_wait(&stopped, 1, "vcpu 1 to stop");
}

static void others_go(void)
{
    u32 before = rewrites;

    stop_asked = 0;
    smp_wait(&rewrites, before + 1, "vcpu 1 to go on");
}

// ---- what the words may be, set while vcpu 1 stands
static void offer(u32 at, u64 a, u64 b, u64 c)
{
    choices[at][0] = a;
    choices[at][1] = b;
    choices[at][2] = c;
    choices[at][3] = a;
    words[at] = a;
    if (at >= nr_words)
        nr_words = at + 1;
}

static void nothing_offered(void)
{
    others_stop();
    nr_words = 0;
    for (u32 i = 0; i < WORDS; i++)
        words[i] = 0;
}

static void note(long result)
{
    if (result == 0)
        accepted++;
    else
        declined++;
}

// Runs the call of a kind many times; hostile_word may be any of its words, and changes.
static void run(const char *what, long (*call)(u32 i), u32 hostile_first)
{
    u32 before = rewrites;

    accepted = declined = 0;
    others_go();
    for (u32 i = 0; i < CALLS; i++) {
        if (i % 8 == 0) { // the host may run one vcpu at a time
            smp_wait(&rewrites, rewrites + 1, "vcpu 1 to rewrite");
            choices[hostile_first + below(nr_words - hostile_first)][3] = hostile();
        }
        note(call(i));
    }
    others_stop();
    check(what, accepted > 0 && accepted + declined == CALLS);
    say("%s: %u accepted, %u declined, %u rewrites\n", what, accepted, declined, rewrites - before);
}

// ---- page tables
static u64 pte_of(u32 i)
{
    return data_frame[i] << 12 | RW_PTE;
}

static long call_mmu_update(u32 i)
{
    static u32 done;

    return HC(mmu_update, words, 1 + i % 4, &done, DOMID_SELF);
}

static void offer_updates(void)
{
    nothing_offered();
    for (u32 i = 0; i < 4; i++) {
        offer(2 * i, window_entry[i], window_entry[(i + 1) % 4], (table_frame << 12) + 8 * i);
        offer(2 * i + 1, pte_of(i), table_frame << 12 | RO_PTE, table_frame << 12 | RW_PTE);
    }
}

static long call_mmuext(u32 i)
{
    return HC(mmuext_op, words, 1 + i % 3, NULL, DOMID_SELF);
}

// command, mfn or address, source or mask
static void offer_mmuext(void)
{
    nothing_offered();
    for (u32 i = 0; i < 3; i++) {
        offer(3 * i, MMUEXT_PIN_L1_TABLE, MMUEXT_UNPIN_TABLE, i == 0 ? MMUEXT_COPY_PAGE : MMUEXT_INVLPG_MULTI);
        offer(3 * i + 1, table_frame, data_frame[i], table_frame);
        offer(3 * i + 2, data_frame[3], (u64)&words[0], table_frame);
        if (i != 0) // not into the table: an empty one could be a base pointer
            offer(3 * i, MMUEXT_PIN_L1_TABLE, MMUEXT_UNPIN_TABLE, MMUEXT_TLB_FLUSH_ALL);
    }
}

// ---- grants
// A window that got two mappings has lost the first one's entry: each handle is shown an entry that looks like its own.
static void tidy_grants(void)
{
    for (u32 handle = 0; handle < HANDLES; handle++)
        for (u32 i = 0; i < 4; i++) {
            map(windows[0], data_frame[i / 2], i % 2 == 0 ? RW_PTE : RO_PTE);
            if (grant_unmap(handle, windows[0]) == GNTST_okay)
                break;
        }
}

static long call_grant_map(u32 i)
{
    long ret = grant_op(GNTTABOP_map_grant_ref, (void *)words, 2);

    if (i % 64 == 63)
        tidy_grants();
    return ret != 0 ? ret : (int16_t)(words[2] >> 32 & 0xffff);
}

// host_addr; flags and ref; dom, status and handle; dev_bus_addr
static void offer_grant_map(void)
{
    nothing_offered();
    for (u32 i = 0; i < 2; i++) {
        u64 flags = GNTMAP_host_map, read_only = flags | GNTMAP_readonly;

        offer(4 * i, (u64)windows[i], (u64)windows[i + 2], (u64)windows[i]);
        offer(4 * i + 1, flags | 8UL << 32, flags | 9UL << 32, read_only | 8UL << 32);
        offer(4 * i + 2, 0, 0, DOMID_SELF);
        offer(4 * i + 3, 0, 0, 0);
    }
}

static long call_grant_unmap(u32 i)
{
    u32 handle;

    if (i % 64 == 63)
        tidy_grants();
    grant_map(8, windows[i % 2], GNTMAP_host_map, 0, &handle);
    return grant_op(GNTTABOP_unmap_grant_ref, (void *)words, 2);
}

// host_addr; dev_bus_addr; handle and status
static void offer_grant_unmap(void)
{
    nothing_offered();
    for (u32 i = 0; i < 2; i++) {
        offer(3 * i, (u64)windows[0], (u64)windows[1], (u64)windows[2]);
        offer(3 * i + 1, 0, data_frame[0] << 12, 0);
        offer(3 * i + 2, 0, 1, 2);
    }
}

static long call_grant_copy(u32 i)
{
    return grant_op(GNTTABOP_copy, (void *)words, 1 + i % 2);
}

// source: reference or frame; domid and offset; destination: the same; length, flags and status
static void offer_grant_copy(void)
{
    nothing_offered();
    for (u32 i = 0; i < 2; i++) {
        u64 by_ref = GNTCOPY_source_gref, dest_by_ref = GNTCOPY_dest_gref;

        offer(5 * i, 8, 9, data_frame[0]);
        offer(5 * i + 1, 0, 100UL << 16, 4000UL << 16);
        offer(5 * i + 2, data_frame[1], table_frame, 9);
        offer(5 * i + 3, DOMID_SELF, DOMID_SELF | 64UL << 16, 4090UL << 16);
        offer(5 * i + 4, 64 | by_ref << 16, 4096 | by_ref << 16, 8 | (by_ref | dest_by_ref) << 16);
    }
}

// ---- event channels
static u32 first_port, kept_port, send_page[1024] PAGE; // a version may be written there too

static u32 next_free_port(void)
{
    struct evtchn_bind_ipi bind = { 0, 0 };

    if (evtchn_op(EVTCHNOP_bind_ipi, &bind) != 0)
        fatal("no port is free");
    evtchn_close(bind.port);
    return bind.port;
}

static long call_evtchn(u32 i)
{
    static const u8 ops[] = { EVTCHNOP_alloc_unbound, EVTCHNOP_bind_interdomain, EVTCHNOP_bind_ipi, EVTCHNOP_close, EVTCHNOP_send,
                              EVTCHNOP_status, EVTCHNOP_bind_vcpu, EVTCHNOP_unmask };

    return evtchn_op(ops[i % ARRAY_SIZE(ops)], (void *)words);
}

static void offer_evtchn(void)
{
    nothing_offered();
    offer(0, DOMID_SELF | (u64)DOMID_SELF << 16, (u64)DOMID_SELF | (u64)(first_port + 1) << 32, first_port | 1UL << 32);
    offer(1, first_port + 1, first_port + 2, 0);
    offer(2, 0, 1, first_port);
}

static void close_ports(void)
{
    for (u32 port = 1; port < 4096; port++)
        if (port != kept_port)
            evtchn_close(port);
}

// ---- memory reservations
static u64 spare_frame[EXTENTS];

static long pages_now(void)
{
    domid_t self = DOMID_SELF;

    return HC(memory_op, XENMEM_current_reservation, &self);
}

// What was given away comes back, by arguments that stand still; the others are stopped.
static void mend_spares(void)
{
    bool gone[EXTENTS];

    for (u32 i = 0; i < EXTENTS; i++) {
        gone[i] = va_update(spare[i], spare_frame[i] << 12 | RO_PTE, UVMF_INVLPG | UVMF_ALL) != 0;
        if (!gone[i])
            unmap(spare[i]);
    }
    for (u32 i = 0; i < EXTENTS; i++) {
        static u64 frame;
        struct xen_memory_reservation take = { .nr_extents = 1, .domid = DOMID_SELF };

        if (!gone[i])
            continue;
        frame = ((u64)spare[i] - VIRT_BASE) >> 12;
        set_xen_guest_handle(take.extent_start, &frame);
        if (HC(memory_op, XENMEM_populate_physmap, &take) != 1)
            fatal("a frame does not come back");
        spare_frame[i] = frame;
    }
}

static long call_memory(u32 i)
{
    long ret;

    for (u32 extent = 0; extent < EXTENTS; extent++)
        words[4 + extent] = spare_frame[extent];
    ret = HC(memory_op, XENMEM_decrease_reservation, words);
    if (i % 4 == 3) {
        others_stop();
        mend_spares();
        others_go();
    }
    return ret > 0 ? 0 : ret;
}

// extent_start; nr_extents; extent_order and flags; domid; then the list itself
static void offer_memory(void)
{
    nothing_offered();
    offer(0, (u64)&words[4], (u64)&words[5], (u64)&words[4]);
    offer(1, 1, 3, 2);
    offer(2, 0, 0, 0); // an extent of two could be the guest itself
    offer(3, DOMID_SELF, DOMID_SELF, 0);
    for (u32 i = 0; i < EXTENTS; i++)
        offer(4 + i, spare_frame[i], 1, spare_frame[(i + 1) % EXTENTS]);
}

// ---- multicalls
static long call_multicall(u32 i)
{
    return HC(multicall, words, 1 + i % 4);
}

// op; result; six arguments
static void offer_multicall(void)
{
    nothing_offered();
    for (u32 i = 0; i < 4; i++) {
        offer(8 * i, __HYPERVISOR_update_va_mapping, __HYPERVISOR_xen_version, __HYPERVISOR_event_channel_op);
        offer(8 * i + 1, 0, 1, 0);
        offer(8 * i + 2, (u64)windows[i], EVTCHNOP_send, (u64)windows[(i + 1) % 4]);
        offer(8 * i + 3, pte_of(i), (u64)send_page, table_frame << 12 | RW_PTE);
        offer(8 * i + 4, UVMF_INVLPG | UVMF_ALL, UVMF_NONE, UVMF_TLB_FLUSH);
        for (u32 word = 5; word < 8; word++)
            offer(8 * i + word, 0, 1, (u64)words);
    }
}

// ---- what must hold
static void check_page_tables(const char *what)
{
    for (u32 i = 0; i < DATA; i++)
        if (va_update(windows[i], 0, UVMF_INVLPG | UVMF_ALL) != 0)
            fatal("window %u stays", i);
    mmuext(MMUEXT_PIN_L1_TABLE, table_frame, 0); // if it is none
    check_eq(what, tables_writable(&table_frame, 1), 0);
    check_eq("writable_table_refused", va_update(windows[0], table_frame << 12 | RW_PTE, UVMF_INVLPG) < 0, 1);
    check_eq("bad_entry_faults", (long)smp_write(&table[7], table_frame << 12 | RW_PTE), 14);
    mmuext(MMUEXT_UNPIN_TABLE, table_frame, 0);
}

static void check_frame(u64 *page, u64 frame)
{
    long wrong = va_update(page, frame << 12 | RW_PTE, UVMF_INVLPG | UVMF_ALL);

    if (wrong == 0)
        memset(page, 0, PAGE_SIZE);
    wrong |= va_update(page, frame << 12 | RO_PTE, UVMF_INVLPG | UVMF_ALL);
    wrong |= mmuext(MMUEXT_PIN_L4_TABLE, frame, 0);
    wrong |= mmuext(MMUEXT_UNPIN_TABLE, frame, 0);
    wrong |= va_update(page, frame << 12 | RW_PTE, UVMF_INVLPG | UVMF_ALL);
    check_eq("frame_is_free_for_all", wrong, 0);
}

static void prepare(void)
{
    grant_setup();
    table_frame = mfn_of(table);
    for (u32 i = 0; i < DATA; i++) {
        data_frame[i] = mfn_of(data[i]);
        table[500 + i] = pte_of(i); // and so it is never a table of another level
        map(windows[i], mfn_of(windows[i]), RW_PTE);
        window_entry[i] = entry_maddr(windows[i], 1);
    }
    map_ro(table);
    grant_give(8, data_frame[0], 0);
    grant_give(9, data_frame[1], 0);
    for (u32 i = 0; i < EXTENTS; i++) {
        spare_frame[i] = mfn_of(spare[i]);
        unmap(spare[i]);
    }
    kept_port = send_page[0] = bind_ipi(0);
    first_port = next_free_port();
    nr_words = 1;
}

void test_main(void)
{
    say("TEST %s seed=%lu\n", test_name, argument("seed", 1));
    prepare();
    smp_start(2, rewrite);
    if (mmuext(MMUEXT_PIN_L1_TABLE, table_frame, 0) != 0)
        fatal("the table cannot be pinned");
    offer_updates();
    run("mmu_update", call_mmu_update, 0);
    check_page_tables("tables_after_mmu_update");
    offer_mmuext();
    run("mmuext_op", call_mmuext, 1);
    check_page_tables("tables_after_mmuext_op");
    offer_grant_map();
    run("grant_map", call_grant_map, 0);
    tidy_grants();
    offer_grant_unmap();
    run("grant_unmap", call_grant_unmap, 0);
    tidy_grants();
    check_page_tables("tables_after_grants");
    offer_grant_copy();
    run("grant_copy", call_grant_copy, 0);
    check_eq("grants_given_back", (grant(8)->flags | grant(9)->flags) & (GTF_reading | GTF_writing), 0);
    offer_evtchn();
    run("event_channel_op", call_evtchn, 0);
    close_ports();
    check_eq("ports_given_back", next_free_port(), first_port);
    long pages = pages_now();
    offer_memory();
    run("memory_op", call_memory, 0);
    mend_spares();
    check_eq("pages", pages_now(), pages);
    offer_multicall();
    run("multicall", call_multicall, 0);
    check_page_tables("tables_after_multicall");
    ending = 1;
    smp_join(2);
    for (u32 i = 0; i < DATA; i++)
        check_frame(data[i], data_frame[i]);
    check_frame(table, table_frame);
    for (u32 i = 0; i < EXTENTS; i++)
        check_frame(spare[i], spare_frame[i]);
}
