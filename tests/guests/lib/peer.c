// Several domains: who am I, waiting, and finding the other's port.
#include "peer.h"

#define PATIENCE_NS 10000000000UL
#define PORTS_TRIED 32

bool first_domain(void)
{
    return (si->flags & SIF_INITDOMAIN) != 0;
}

u32 timer_port(void)
{
    static u32 port;

    if (port == 0)
        port = bind_virq(VIRQ_TIMER, 0);
    return port;
}

// Until the deadline or an event; events are masked before, so that none is missed.
static void block_until(u64 deadline)
{
    timer_port();
    HC(set_timer_op, deadline);
    block();
    events_disable();
}

void sleep_ns(u64 ns)
{
    u64 until = now_ns() + ns;

    events_disable();
    while (now_ns() < until)
        block_until(until);
    events_enable();
}

void peer_wait(u32 port, u32 above)
{
    u64 until = now_ns() + PATIENCE_NS;

    events_disable();
    while (event_count[port] <= above) {
        if (now_ns() >= until)
            fatal("no event at port %u after ten seconds", port);
        block_until(until);
    }
    events_enable();
}

u32 peer_offer(domid_t to)
{
    struct evtchn_alloc_unbound alloc = { DOMID_SELF, to, 0 };
    bool enabled = events_enabled();

    events_disable(); // a port used before may be unmasked, and the peer may send as soon as there is an offer
    long ret = evtchn_op(EVTCHNOP_alloc_unbound, &alloc);

    if (ret != 0)
        fatal("alloc_unbound for %u: %ld", to, ret);
    event_count[alloc.port] = 0;
    event_unmask(alloc.port);
    if (enabled)
        events_enable();
    return alloc.port;
}

long bind_interdomain(domid_t remote, u32 remote_port, u32 *port)
{
    struct evtchn_bind_interdomain bind = { remote, remote_port, 0 };
    long ret = evtchn_op(EVTCHNOP_bind_interdomain, &bind);

    *port = bind.local_port;
    if (ret != 0)
        return ret;
    event_clear(*port); // a binding begins with an event of its own, lest one was lost before
    event_count[*port] = 0;
    return 0;
}

u32 peer_bind(domid_t domain)
{
    u64 until = now_ns() + PATIENCE_NS;

    while (now_ns() < until) {
        for (u32 remote = 1; remote < PORTS_TRIED; remote++) {
            u32 port;

            if (bind_interdomain(domain, remote, &port) == 0) {
                event_unmask(port);
                return port;
            }
        }
        sleep_ns(1000000);
    }
    fatal("domain %u offers no port", domain);
}

u32 ends_port(void)
{
    static u32 port;

    if (port == 0)
        port = bind_virq(VIRQ_DOM_EXC, 0);
    return port;
}

void peer_finish(u32 port)
{
    u32 ends = ends_port(), before = event_count[ends];

    evtchn_send(port);
    peer_wait(ends, before);
}
