/*
 * What an unprivileged domain finds when it starts.
 *
 * Checks: magic, no flags of the first domain, as many pages as asked for, lists that invert each other, a console page and its event channel,
 *   the command line of its own module, its time, its vcpus, no more memory than it was given; and the same for a second domain.
 * Domain: memory=32M vcpus=2 args=colour=7
 * Domain: memory=24M args=colour=9
 * Domain: ends=left-out domu=kernel=77,memory=16M
 */
#include "peer.h"

static u64 fresh[512] PAGE;
static volatile u32 ran;

static void other(u32 vcpu)
{
    ran = 100 + vcpu;
}

static void memory_checks(void)
{
    struct xen_memory_reservation more = { .nr_extents = 1, .domid = DOMID_SELF };
    xen_pfn_t frame = mfn_of(fresh);
    domid_t self = DOMID_SELF;

    check_eq("reservation", HC(memory_op, XENMEM_current_reservation, &self), (long)si->nr_pages);
    check_eq("maximum", HC(memory_op, XENMEM_maximum_reservation, &self), (long)si->nr_pages);
    check_eq("no_more_than_given", HC(memory_op, XENMEM_increase_reservation, &more), 0);
    unmap(fresh);
    set_xen_guest_handle(more.extent_start, &frame);
    check_eq("give_one_back", HC(memory_op, XENMEM_decrease_reservation, &more), 1);
    frame = ((u64)fresh - VIRT_BASE) >> 12;
    check_eq("get_one", HC(memory_op, XENMEM_populate_physmap, &more), 1);
    map(fresh, frame, RW_PTE);
    u64 set = 0;

    for (u32 i = 0; i < 512; i++)
        set |= fresh[i];
    check_eq("fresh_frame_is_zero", (long)set, 0);
}

void test_main(void)
{
    u64 *list = (u64 *)si->mfn_list, wrong = 0, colour = argument("colour", 0);

    if (first_domain()) {
        check_eq("no_module", (long)si->mod_len, 0);
        peer_finish(peer_bind(1));
        peer_finish(peer_bind(2));
        check("told_of_both_ends", true);
        return;
    }
    u32 port = peer_offer(0);

    check("magic", memcmp(si->magic, "xen-3.0-x86_64", 14) == 0);
    check_eq("flags", si->flags & (SIF_PRIVILEGED | SIF_INITDOMAIN), 0);
    check("command_line", colour == 7 || colour == 9);
    check_eq("pages", (long)si->nr_pages, colour == 7 ? 8192 : 6144);
    for (u64 pfn = 0; pfn < si->nr_pages; pfn++)
        wrong += m2p()[list[pfn]] != pfn;
    check_eq("p2m_and_m2p_agree", (long)wrong, 0);
    check("console_page", m2p()[si->console.domU.mfn] < si->nr_pages);
    check("console_port", si->console.domU.evtchn != 0);
    check_eq("no_xenstore", si->store_evtchn, 0);
    check_eq("no_module", (long)si->mod_len, 0);
    check("events_start_masked", shared->vcpu_info[0].evtchn_upcall_mask == 1);
    u64 start = now_ns();

    sleep_ns(20000000);
    check_range("sleep", now_ns() - start, 20000000, 2000000000);
    memory_checks();
    check_eq("second_vcpu", vcpu_start(1, other), colour == 7 ? 0 : -XEN_ENOENT);
    for (u32 i = 0; i < 1000 && colour == 7 && ran == 0; i++)
        sleep_ns(1000000);
    check_eq("second_vcpu_ran", ran, colour == 7 ? 101 : 0);
    peer_wait(port, 0);
}
