/*
 * Event channels between domains.
 *
 * Checks: bind, send both ways two hundred times, status at both ends, binding refused to a third and twice, masked ports stay pending,
 *   close at one end unbinds the other and lets it be bound again, poll woken by another domain, an unprivileged domain has no say over others' ports.
 * Domain: memory=16M args=third=0
 * Domain: memory=16M args=third=1
 */
#include "peer.h"

#define ROUNDS 200

static long status(domid_t domain, u32 port, struct evtchn_status *reply)
{
    *reply = (struct evtchn_status){ .dom = domain, .port = port };
    return evtchn_op(EVTCHNOP_status, reply);
}

static void first(void)
{
    struct evtchn_status s;
    u32 port = peer_bind(1), third = peer_bind(2), again, before;

    check_eq("status", status(DOMID_SELF, port, &s), 0);
    check("status_interdomain", s.status == EVTCHNSTAT_interdomain && s.u.interdomain.dom == 1);
    u32 remote = s.u.interdomain.port;

    check_eq("status_of_peer", status(1, remote, &s), 0);
    check("status_of_peer_is_us", s.status == EVTCHNSTAT_interdomain && s.u.interdomain.dom == 0 && s.u.interdomain.port == port);
    check_eq("bound_once_only", bind_interdomain(1, remote, &again), -XEN_EINVAL);
    for (u32 i = 0; i < ROUNDS; i++) {
        evtchn_send(port);
        peer_wait(port, i);
    }
    check_eq("rounds", event_count[port], ROUNDS);
    // The peer closes its end: ours is unbound for it, and it binds anew.
    evtchn_send(port);
    do {
        sleep_ns(1000000);
        status(DOMID_SELF, port, &s);
    } while (s.status == EVTCHNSTAT_interdomain);
    check_eq("unbound_by_close", s.status, EVTCHNSTAT_unbound);
    check_eq("unbound_for_the_peer", s.u.unbound.dom, 1);
    check_eq("send_to_nobody", evtchn_send(port), 0);
    before = event_count[port];
    evtchn_send(third); // tells domain 2 to try its luck
    peer_wait(third, 0);
    u32 word = peer_bind(1); // domain 1's next offer: our word on which port to bind
    evtchn_send(word);
    peer_wait(port, before);
    check("bound_anew", true);
    status(DOMID_SELF, port, &s);
    check_eq("interdomain_again", s.status, EVTCHNSTAT_interdomain);
    peer_finish(third);
    peer_finish(port);
}

static void second(void)
{
    struct evtchn_status s;
    u32 port = peer_offer(0), old;
    evtchn_port_t polled = port;
    struct sched_poll poll = { .nr_ports = 1 };

    set_xen_guest_handle(poll.ports, &polled);
    for (u32 i = 0; i < ROUNDS; i++) {
        peer_wait(port, i);
        evtchn_send(port);
    }
    peer_wait(port, ROUNDS);
    status(DOMID_SELF, port, &s);
    old = s.u.interdomain.port;
    check_eq("close", evtchn_close(port), 0);
    events_disable(); // the peer may send as soon as there is an offer, before the port is masked
    port = peer_offer(0);
    // Polled, masked: the event stays pending.
    __atomic_or_fetch(&shared->evtchn_mask[port / 64], 1UL << (port % 64), __ATOMIC_SEQ_CST);
    polled = port;
    poll.timeout = now_ns() + 9000000000UL;
    while (!event_pending(port) && now_ns() < poll.timeout)
        HC(sched_op, SCHEDOP_poll, &poll);
    check("poll_woken", event_pending(port) && now_ns() < poll.timeout);
    check_eq("masked_not_delivered", event_count[port], 0);
    events_enable();
    u32 bound;

    check_eq("bind_to_first", bind_interdomain(0, old, &bound), 0);
    event_unmask(bound);
    check_eq("send", evtchn_send(bound), 0);
    peer_wait(bound, 0);
}

// Domain 1's and 0's ports are none of domain 2's business.
static void third(void)
{
    struct evtchn_alloc_unbound for_other = { 1, 0, 0 };
    struct evtchn_reset reset = { .dom = 1 };
    struct evtchn_status s;
    u32 port = peer_offer(0), bound;

    peer_wait(port, 0);
    check_eq("alloc_for_another", evtchn_op(EVTCHNOP_alloc_unbound, &for_other), -XEN_EPERM);
    check_eq("status_of_another", status(1, 1, &s), -XEN_EPERM);
    check_eq("reset_of_another", evtchn_op(EVTCHNOP_reset, &reset), -XEN_EPERM);
    check_eq("status_of_none", status(77, 1, &s), -XEN_ESRCH);
    for (u32 remote = 1; remote < 8; remote++) {
        check_eq("bind_to_another's_0", bind_interdomain(0, remote, &bound), -XEN_EINVAL);
        check_eq("bind_to_another's_1", bind_interdomain(1, remote, &bound), -XEN_EINVAL);
    }
    evtchn_send(port);
    peer_wait(port, 1);
}

void test_main(void)
{
    if (first_domain())
        first();
    else if (argument("third", 0) != 0)
        third();
    else
        second();
}
