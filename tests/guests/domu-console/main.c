/*
 * The console ring of an unprivileged domain, and what a hostile one does to it.
 *
 * Checks: text is taken out and the room told by an event, a ring of 2048 bytes at once, indices that wrap, too far apart, backwards; a ring page that is
 *   given back; the event channel's status, another vcpu, close and use as something else; CONSOLEIO_write takes control characters out.
 * Expect: the lines "ring says hello" and "wrapped" with the domain's prefix (tests/boot/test_domains.py reads them), no byte of a bad ring.
 * Domain: memory=16M
 */
#include "peer.h"
#include <xen/io/console.h>

static volatile struct xencons_interface *ring;
static u32 port;

static void put(const char *text)
{
    u32 prod = ring->out_prod;

    for (; *text != '\0'; text++)
        ring->out[MASK_XENCONS_IDX(prod++, ring->out)] = *text;
    __atomic_store_n(&ring->out_prod, prod, __ATOMIC_RELEASE);
}

static u32 taken(void)
{
    evtchn_send(port);
    return ring->out_prod - ring->out_cons;
}

static void indices(u32 cons, u32 prod)
{
    ring->out_cons = cons;
    ring->out_prod = prod;
}

static void domu_main(void)
{
    struct evtchn_status status = { .dom = DOMID_SELF };
    struct evtchn_bind_vcpu bind = { 0, 0 };
    u32 told, for_first = peer_offer(0), other;

    ring = va_of_mfn(si->console.domU.mfn);
    port = si->console.domU.evtchn;
    event_unmask(port);
    check_eq("empty", (long)(ring->in_cons | ring->in_prod | ring->out_cons | ring->out_prod), 0);
    status.port = port;
    check_eq("status", evtchn_op(EVTCHNOP_status, &status), 0);
    check("status_interdomain", status.status == EVTCHNSTAT_interdomain && status.u.interdomain.dom == DOMID_XEN);
    bind.port = port;
    check_eq("bind_vcpu", evtchn_op(EVTCHNOP_bind_vcpu, &bind), 0);
    put("ring says hello\n");
    told = event_count[port];
    check_eq("taken", taken(), 0);
    peer_wait(port, told);
    check_eq("nothing_more", taken(), 0);
    indices(0xfffffffc, 0xfffffffc);
    put("wrapped\n");
    check_eq("taken_across_zero", taken(), 0);
    for (u32 i = 0; i < sizeof(ring->out); i++)
        ring->out[i] = i % 128 == 127 ? '\n' : 'f';
    indices(5, 5 + sizeof(ring->out));
    check_eq("full_ring", taken(), 0);
    for (u32 i = 0; i < sizeof(ring->out); i++)
        ring->out[i] = i % 128 == 127 ? '\n' : '!';
    indices(0, sizeof(ring->out) + 1);
    check_eq("too_much", taken(), 0);
    indices(7, 6);
    check_eq("backwards", taken(), 0);
    indices(0, 0xffffffff);
    check_eq("far", taken(), 0);
    ring->in_cons = 5;
    ring->in_prod = 4;
    HC(console_io, CONSOLEIO_write, 24, "a\033[2Jb\r\001(SafeHype) c\n   ");

    xen_pfn_t frame = si->console.domU.mfn;
    struct xen_memory_reservation back = { .nr_extents = 1, .domid = DOMID_SELF };

    set_xen_guest_handle(back.extent_start, &frame);
    check_eq("not_a_page_table", mmuext(MMUEXT_PIN_L1_TABLE, frame, 0), -XEN_EBUSY);
    check_eq("page_given_back", HC(memory_op, XENMEM_decrease_reservation, &back), 1);
    put("still there\n");
    check_eq("taken_of_given", taken(), 0);
    check_eq("close", evtchn_close(port), 0);
    check_eq("send_closed", evtchn_send(port), -XEN_EINVAL);
    check_eq("bind_to_first_none", bind_interdomain(DOMID_XEN, 1, &other), -XEN_ESRCH);
    check_eq("used_again", peer_offer(7), port); // not for the first domain, which may still look for our offer
    told = event_count[port];
    check_eq("send_unbound", evtchn_send(port), 0);
    check_eq("no_console_event", event_count[port], told);
    peer_wait(for_first, 0);
}

void test_main(void)
{
    if (!first_domain()) {
        domu_main();
        return;
    }
    // The domain's console port is not for others: what peer_bind finds is its offer.
    u32 port_of_1 = peer_bind(1);

    peer_finish(port_of_1);
    check("told", true);
}
