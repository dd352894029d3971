/*
 * The first domain destroys the others: XEN_DOMCTL_destroydomain, and what getdomaininfo, getdomaininfolist and physinfo say of it.
 *
 * Checks: a domain that has shut down, with tables pinned that map themselves and each other, FIFO events, a grant table of version 2, a vcpu_info
 *   and descriptor tables of its own and a page given back while mapped; one whose vcpus build and take apart page tables on other CPUs,
 *   destroyed by two vcpus at once, while two more send to it, map its grants, bind to its ports, and build and take apart a table with frames of it; one that the first domain still maps, by
 *   grant and plainly, which stays until the last of both goes, and itself holds a grant of the first's. Ends of event channels become unbound, free
 *   pages come back. Refused: the caller, the same twice, none, an unprivileged caller. A domain that is paused stands still.
 * Domain: memory=16M ends=destroyed args=role=1
 * Domain: memory=16M vcpus=4 ends=destroyed args=role=2
 * Domain: memory=16M ends=destroyed args=role=3
 * Run: vcpus=4 smp=4 timeout=120
 */
#include "ctl.h"
#include "grant.h"
#include "peer.h"
#include "smp.h"

#define PAGES 4096UL      // of 16M
#define OWN_PAGES_MAX 160 // what the hypervisor has for one such domain at most: 35 a vcpu
#define WORKERS 4
#define SHOWN (WORKERS * 5) // frames of domain 2 that it says

enum { DOWN = 1, BUSY, HELD };
enum { WRITABLE = 8, READ_ONLY, FIRST_TO_HELD = 20 };

static volatile u64 data[512] PAGE, window[512] PAGE, window2[512] PAGE, shown[512] PAGE;

// However long the first domain is busy with the others.
static u32 await_first(void)
{
    u32 port = peer_offer(0);

    while (event_count[port] == 0)
        sleep_ns(1000000);
    return port;
}

static void give(u32 ref, volatile void *page, domid_t to, u16 flags)
{
    grant_give(ref, mfn_of((void *)page), flags);
    grant(ref)->domid = to;
}

// ---- domain 1: leaves much behind, and shuts down
static u64 table_a[512] PAGE, table_b[512] PAGE, table_c[512] PAGE, gdt[512] PAGE, ldt[512] PAGE;
static u8 control[PAGE_SIZE] PAGE, array[PAGE_SIZE] PAGE, info_page[PAGE_SIZE] PAGE;
static u64 given_back[512] PAGE;

static void refused_for_others(void)
{
    domain_info_t info;

    check_eq("unprivileged_destroys_first", ctl_domain(XEN_DOMCTL_destroydomain, 0), -XEN_EPERM);
    check_eq("unprivileged_destroys_another", ctl_domain(XEN_DOMCTL_destroydomain, HELD), -XEN_EPERM);
    check_eq("unprivileged_destroys_itself", ctl_domain(XEN_DOMCTL_destroydomain, DOWN), -XEN_EPERM);
    check_eq("unprivileged_pauses", ctl_domain(XEN_DOMCTL_pausedomain, HELD), -XEN_EPERM);
    check_eq("unprivileged_looks", ctl_info(0, &info), -XEN_EPERM);
    check_eq("unprivileged_lists", ctl_list(0, 1, &info), -XEN_EPERM);
}

static void leave_tables(void)
{
    // A level-1 table that maps itself and the next one for reading, a level-2 table above both.
    table_a[0] = mfn_of(table_a) << 12 | RO_PTE;
    table_a[1] = mfn_of(table_b) << 12 | RO_PTE;
    table_b[0] = mfn_of(table_a) << 12 | RO_PTE;
    table_c[0] = mfn_of(table_a) << 12 | TABLE_PTE;
    table_c[1] = mfn_of(table_b) << 12 | TABLE_PTE;
    map_ro(table_a);
    map_ro(table_b);
    map_ro(table_c);
    check_eq("pin_a", mmuext(MMUEXT_PIN_L1_TABLE, mfn_of(table_a), 0), 0);
    check_eq("pin_c", mmuext(MMUEXT_PIN_L2_TABLE, mfn_of(table_c), 0), 0);
    ldt[3] = 0x00cff3000000ffffUL;
    map_ro(ldt);
    check_eq("ldt", mmuext(MMUEXT_SET_LDT, (u64)ldt, 512), 0);
    check_eq("ldt_in_use", (long)TRY("mov %[selector], %%es", : : [selector] "r"(3 << 3 | 7) : "memory"), NO_TRAP);
    u64 frame = mfn_of(gdt);

    map_ro(gdt);
    check_eq("gdt", HC(set_gdt, &frame, 512), 0);
    struct xen_memory_reservation back = { .nr_extents = 1, .domid = DOMID_SELF };

    frame = mfn_of(given_back);
    set_xen_guest_handle(back.extent_start, &frame);
    check_eq("give_back_mapped", HC(memory_op, XENMEM_decrease_reservation, &back), 1);
}

static void leave_others(void)
{
    struct vcpu_register_vcpu_info info = { .mfn = mfn_of(info_page), .offset = 64 };
    struct evtchn_init_control init = { .control_gfn = mfn_of(control) };
    struct evtchn_expand_array expand = { mfn_of(array) };

    events_disable(); // from here on nobody takes them
    grant2_setup();
    check_eq("init_control", evtchn_op(EVTCHNOP_init_control, &init), 0);
    check_eq("expand_array", evtchn_op(EVTCHNOP_expand_array, &expand), 0);
    check_eq("vcpu_info", HC(vcpu_op, VCPUOP_register_vcpu_info, 0, &info), 0);
    u64 deadline = now_ns() + 3600000000000UL;

    HC(set_timer_op, deadline);
}

static void down(void)
{
    await_first();
    refused_for_others();
    leave_tables();
    leave_others();
}

// ---- domain 2: all its vcpus build address spaces and take them apart
static u64 tables[WORKERS][4][512] PAGE, page[WORKERS][512] PAGE;
static volatile u32 spaces;

static void build_space(u32 vcpu)
{
    u64 (*table)[512] = tables[vcpu];
    const u64 *base = (const u64 *)si->pt_base;

    for (u32 i = 0; i < 4; i++)
        memset(table[i], 0, PAGE_SIZE);
    for (u32 i = 0; i < 512; i++)
        table[0][i] = mfn_of(page[vcpu]) << 12 | (i % 2 == 0 ? RW_PTE : RO_PTE);
    table[3][0] = mfn_of(table[2]) << 12 | TABLE_PTE;
    table[2][vcpu] = mfn_of(table[1]) << 12 | TABLE_PTE;
    table[1][1] = mfn_of(table[0]) << 12 | TABLE_PTE;
    for (u32 slot = 1; slot < 512; slot++)
        table[3][slot] = slot >= 256 && slot < 272 ? 0 : base[slot];
    for (u32 i = 0; i < 4; i++)
        map_ro(table[i]);
}

static void churn(u32 vcpu)
{
    for (;;) {
        build_space(vcpu);
        if (mmuext(MMUEXT_PIN_L4_TABLE, mfn_of(tables[vcpu][3]), 0) != 0 || mmuext(MMUEXT_NEW_BASEPTR, mfn_of(tables[vcpu][3]), 0) != 0)
            fatal("vcpu %u: an address space is refused", vcpu);
        if (mmuext(MMUEXT_NEW_BASEPTR, mfn_of((void *)si->pt_base), 0) != 0 || mmuext(MMUEXT_UNPIN_TABLE, mfn_of(tables[vcpu][3]), 0) != 0)
            fatal("vcpu %u: an address space stays", vcpu);
        for (u32 i = 0; i < 4; i++)
            map_rw(tables[vcpu][i]);
        add32(&spaces, 1);
        data[1] = spaces;
    }
}

static void busy(void)
{
    grant_setup();
    for (u32 i = 0; i < WORKERS * 4; i++)
        data[8 + i] = mfn_of(tables[i / 4][i % 4]);
    for (u32 i = 0; i < WORKERS; i++)
        data[8 + WORKERS * 4 + i] = mfn_of(page[i]);
    give(WRITABLE, data, 0, 0);
    await_first();
    (void)peer_offer(0); // for who binds while it ends
    events_disable();
    smp_start(WORKERS, churn);
    churn(0);
}

// ---- domain 3: is held, and holds
static void held(void)
{
    u32 port, handle;

    grant_setup();
    data[0] = 1111;
    data[8] = mfn_of((void *)shown);
    shown[0] = 2222;
    give(WRITABLE, data, 0, 0);
    give(READ_ONLY, data, 0, GTF_readonly);
    port = await_first();
    unmap((void *)window);
    check_eq("maps_first's", grant_map(FIRST_TO_HELD, (void *)window, GNTMAP_host_map, 0, &handle), GNTST_okay);
    window[0] = 3333;
    evtchn_send(port);
    for (;;)
        sleep_ns(1000000);
}

// ---- the first domain
static long status_of(u32 port)
{
    struct evtchn_status s = { .dom = DOMID_SELF, .port = port };

    return evtchn_op(EVTCHNOP_status, &s) != 0 ? -1 : s.status == EVTCHNSTAT_unbound ? 1000 + s.u.unbound.dom : (long)s.status;
}

static void check_came_back(const char *what, u64 before, u64 pages)
{
    u64 until = now_ns() + 10000000000UL;

    while (ctl_free_pages() < before + pages && now_ns() < until)
        sleep_ns(1000000);
    check_range(what, ctl_free_pages() - before, pages, pages + OWN_PAGES_MAX);
}

static void refused(void)
{
    domain_info_t list[8];

    check_eq("destroy_self", ctl_domain(XEN_DOMCTL_destroydomain, 0), -XEN_EINVAL);
    check_eq("destroy_domid_self", ctl_domain(XEN_DOMCTL_destroydomain, DOMID_SELF), -XEN_ESRCH);
    check_eq("destroy_none", ctl_domain(XEN_DOMCTL_destroydomain, 77), -XEN_ESRCH);
    check_eq("destroy_idle", ctl_domain(XEN_DOMCTL_destroydomain, DOMID_IDLE), -XEN_ESRCH);
    check_eq("destroy_io", ctl_domain(XEN_DOMCTL_destroydomain, DOMID_IO), -XEN_ESRCH);
    check_eq("pause_self", ctl_domain(XEN_DOMCTL_pausedomain, 0), -XEN_EINVAL);
    check_eq("unpause_none_paused", ctl_domain(XEN_DOMCTL_unpausedomain, HELD), -XEN_EINVAL);
    check_eq("info_beyond", ctl_info(100, &list[0]), -XEN_ESRCH);
    check_eq("info_reserved", ctl_info(DOMID_SELF, &list[0]), -XEN_EINVAL);
    check_eq("list", ctl_list(0, 8, list), 4);
    check("list_in_order", list[0].domain == 0 && list[1].domain == DOWN && list[2].domain == BUSY && list[3].domain == HELD);
    check_eq("list_from", ctl_list(2, 8, list), 2);
    check_eq("list_few", ctl_list(1, 1, list), 1);
    check_eq("list_few_first", list[0].domain, DOWN);
    check_eq("list_bad_place", ctl_list(0, 8, (void *)HYPERVISOR_PRIVATE), -XEN_EFAULT);
}

static void end_down(void)
{
    u32 port = peer_bind(DOWN), ends = ends_port(), seen = event_count[ends];
    u64 before = ctl_free_pages();
    domain_info_t info;

    check("info", ctl_there(DOWN, &info) && (info.flags & (XEN_DOMINF_shutdown | XEN_DOMINF_dying | XEN_DOMINF_hvm_guest)) == 0);
    check_eq("info_pages", (long)info.tot_pages, PAGES);
    check_eq("info_max_pages", (long)info.max_pages, PAGES);
    check("info_vcpus", info.nr_online_vcpus == 1 && info.max_vcpu_id == 0);
    evtchn_send(port);
    peer_wait(ends, seen);
    check("info_shut_down", ctl_there(DOWN, &info) && (info.flags & XEN_DOMINF_shutdown) != 0 && (info.flags & XEN_DOMINF_dying) == 0);
    check_eq("info_reason", info.flags >> XEN_DOMINF_shutdownshift & XEN_DOMINF_shutdownmask, SHUTDOWN_poweroff);
    check("info_time", info.cpu_time > 0);
    check_eq("info_gave_one_back", (long)info.tot_pages, PAGES - 1);
    seen = event_count[ends];
    check_eq("destroy_down", ctl_domain(XEN_DOMCTL_destroydomain, DOWN), 0);
    check_eq("unbound", status_of(port), 1000 + DOWN);
    check_eq("send_to_gone", evtchn_send(port), 0);
    peer_wait(ends, seen);
    ctl_wait_gone(DOWN);
    check_came_back("pages_of_down", before, PAGES);
    check_eq("destroy_down_again", ctl_domain(XEN_DOMCTL_destroydomain, DOWN), -XEN_ESRCH);
}

static volatile u32 go, destroyed, other_answers, mapped, bound_to, hooked;
static u64 foreign[512] PAGE; // a level-1 table of the first domain's, with frames of domain 2 in it
static u32 busy_port;

static void destroy_busy(void)
{
    long ret = ctl_domain(XEN_DOMCTL_destroydomain, BUSY);

    if (ret == 0)
        add32(&destroyed, 1);
    else if (ret != -XEN_ESRCH)
        add32(&other_answers, 1);
}

// Into the tree it is built, with an owner of frames that may end meanwhile; out of it it is taken apart.
static void hook(void)
{
    u64 slot = entry_maddr((void *)(VIRT_BASE + (300UL << 21)), 2), value;

    if (mmu_update_dom(slot, mfn_of(foreign) << 12 | TABLE_PTE, BUSY) != 0)
        return;
    if (smp_read((void *)(VIRT_BASE + (300UL << 21)), &value) != NO_TRAP)
        fatal("what was accepted is not mapped");
    if (mmu_update_dom(slot, 0, DOMID_SELF) != 0)
        fatal("a table stays");
    add32(&hooked, 1);
}

// Vcpu 1 destroys too; vcpus 2 and 3 do what peers do, with a domain that ends under their hands.
static void attack(u32 vcpu)
{
    domain_info_t info;
    u32 handle, port;

    if (vcpu == 1) {
        smp_wait(&go, 1, "the word");
        destroy_busy();
        return;
    }
    while (ctl_there(BUSY, &info)) {
        evtchn_send(busy_port);
        if (vcpu == 2 && grant_map(WRITABLE, (void *)window2, GNTMAP_host_map, BUSY, &handle) == GNTST_okay) {
            window2[0] = 1;
            add32(&mapped, 1);
            if (grant_unmap(handle, (void *)window2) != GNTST_okay)
                fatal("a mapping stays");
        }
        for (u32 remote = 1; vcpu == 3 && remote < 8; remote++)
            if (bind_interdomain(BUSY, remote, &port) == 0) {
                evtchn_close(port);
                add32(&bound_to, 1);
            }
        if (vcpu == 3)
            hook();
    }
}

static void end_busy(void)
{
    u64 before = ctl_free_pages(), counted;
    u32 handle;

    busy_port = peer_bind(BUSY);
    unmap((void *)window2);
    check_eq("map_busy's", grant_map(WRITABLE, (void *)window, GNTMAP_host_map, BUSY, &handle), GNTST_okay);
    evtchn_send(busy_port);
    for (u32 i = 0; i < 512; i++)
        foreign[i] = window[8 + i % SHOWN] << 12 | RO_PTE;
    map_ro(foreign);
    while (window[1] < 20) // address spaces that it has built
        sleep_ns(1000000);
    check_eq("pause", ctl_domain(XEN_DOMCTL_pausedomain, BUSY), 0);
    check_eq("pause_twice", ctl_domain(XEN_DOMCTL_pausedomain, BUSY), 0);
    domain_info_t info;

    check("info_paused", ctl_there(BUSY, &info) && (info.flags & XEN_DOMINF_paused) != 0 && (info.flags & XEN_DOMINF_running) == 0);
    check_eq("info_vcpus_of_busy", info.nr_online_vcpus, WORKERS);
    counted = window[1];
    sleep_ns(100000000);
    check_eq("stands_still", (long)window[1], (long)counted);
    check_eq("unpause", ctl_domain(XEN_DOMCTL_unpausedomain, BUSY), 0);
    sleep_ns(50000000);
    check_eq("stands_still_once_paused", (long)window[1], (long)counted);
    check_eq("unpause_twice", ctl_domain(XEN_DOMCTL_unpausedomain, BUSY), 0);
    while (window[1] < counted + 20)
        sleep_ns(1000000);
    check_eq("unmap_busy's", grant_unmap(handle, (void *)window), GNTST_okay);
    smp_start(4, attack);
    smp_wait(&mapped, 20, "mappings");
    smp_wait(&bound_to, 20, "bindings");
    smp_wait(&hooked, 20, "tables");
    add32(&go, 1);
    destroy_busy();
    smp_join(4);
    check_range("destroyed", destroyed, 1, 2);
    check_eq("other_answers", other_answers, 0);
    check_eq("busy_unbound", status_of(busy_port), 1000 + BUSY);
    ctl_wait_gone(BUSY);
    check_came_back("pages_of_busy", before, PAGES);
}

static long map_plainly(volatile void *at, u64 frame, domid_t domain)
{
    u64 flags = UVMF_INVLPG;

    return HC(update_va_mapping_otherdomain, at, frame << 12 | RO_PTE, flags, domain);
}

static void refused_of_dying(u32 port)
{
    struct xen_memory_reservation more = { .nr_extents = 1, .domid = HELD };
    u64 frame = 0;
    u32 handle, bound;

    set_xen_guest_handle(more.extent_start, &frame);
    check("no_new_mapping", grant_map(READ_ONLY, (void *)shown, GNTMAP_host_map | GNTMAP_readonly, HELD, &handle) < 0);
    check_eq("no_more_memory", HC(memory_op, XENMEM_populate_physmap, &more), 0);
    check("no_pin", mmuext_dom(MMUEXT_PIN_L1_TABLE, data[0], 0, HELD) < 0);
    check("no_plain_mapping", map_plainly(shown, data[0], HELD) < 0);
    check_eq("held_unbound", status_of(port), 1000 + HELD);
    for (u32 remote = 1; remote < 8; remote++)
        check_eq("no_binding", bind_interdomain(HELD, remote, &bound), -XEN_EINVAL);
    check_eq("destroy_held_again", ctl_domain(XEN_DOMCTL_destroydomain, HELD), 0);
}

static void end_held(void)
{
    u64 before = ctl_free_pages();
    u32 port = peer_bind(HELD), ends = ends_port(), handle, seen;
    domain_info_t info;

    give(FIRST_TO_HELD, data, HELD, 0);
    evtchn_send(port);
    peer_wait(port, 0);
    check_eq("it_wrote", (long)data[0], 3333);
    check("in_use_by_held", (grant(FIRST_TO_HELD)->flags & (GTF_reading | GTF_writing)) != 0);
    check_eq("map_held's", grant_map(WRITABLE, (void *)window, GNTMAP_host_map, HELD, &handle), GNTST_okay);
    check_eq("map_held's_plainly", map_plainly(window2, window[8], HELD), 0);
    data[0] = window[8] - 1; // perhaps a frame of its
    seen = event_count[ends];
    check_eq("destroy_held", ctl_domain(XEN_DOMCTL_destroydomain, HELD), 0);
    peer_wait(ends, seen);
    check("is_a_zombie", ctl_there(HELD, &info) && (info.flags & XEN_DOMINF_dying) != 0);
    check_eq("zombie_pages", (long)info.tot_pages, 2);
    check_eq("not_in_use_by_it", grant(FIRST_TO_HELD)->flags & (GTF_reading | GTF_writing), 0);
    check_eq("zombie_reads", (long)window[0], 1111);
    check_eq("zombie_reads_plainly", (long)window2[0], 2222);
    refused_of_dying(port);
    check_eq("unmap_held's", grant_unmap(handle, (void *)window), GNTST_okay);
    check("is_a_zombie_still", ctl_there(HELD, &info) && info.tot_pages == 1);
    seen = event_count[ends];
    unmap((void *)window2);
    peer_wait(ends, seen);
    ctl_wait_gone(HELD);
    check_came_back("pages_of_held", before, PAGES);
    check_eq("destroy_held_gone", ctl_domain(XEN_DOMCTL_destroydomain, HELD), -XEN_ESRCH);
}

void test_main(void)
{
    void (*const roles[])(void) = { NULL, down, busy, held };

    if (!first_domain()) {
        roles[argument("role", DOWN)]();
        return;
    }
    domain_info_t list[8];

    grant_setup();
    unmap((void *)window);
    refused();
    end_down();
    end_busy();
    end_held();
    check_eq("alone", ctl_list(0, 8, list), 1);
}
