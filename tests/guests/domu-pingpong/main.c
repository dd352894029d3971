/*
 * What an event to another domain and back costs on one CPU, in instructions; each side blocks between.
 *
 * Checks: of 200 rounds the cheapest takes at most 10,482 instructions of guests and hypervisor, which is Xen 4.17's figure for two domains on the
 *   same machine; every event arrives.
 * Domain: memory=16M
 * Run: icount=0
 */
#include "peer.h"

#define ROUNDS 200
#define XEN_ROUND 10482

// Blocks until more than so many events came; with upcalls masked between, none is missed.
static void wait_event(u32 port, u32 above)
{
    events_disable();
    while (event_count[port] <= above) {
        block();
        events_disable();
    }
    events_enable();
}

void test_main(void)
{
    u64 least = ~0UL;

    if (!first_domain()) {
        u32 port = peer_offer(0);

        for (u32 i = 0; i < ROUNDS; i++) {
            wait_event(port, i);
            evtchn_send(port);
        }
        wait_event(port, ROUNDS);
        return;
    }
    u32 port = peer_bind(1);

    for (u32 i = 0; i < ROUNDS; i++) {
        u64 from = rdtsc();

        evtchn_send(port);
        wait_event(port, i);
        u64 round = rdtsc() - from;

        least = round < least ? round : least;
    }
    check_eq("events", event_count[port], ROUNDS);
    check_range("round_instructions", least, 1, XEN_ROUND);
    say("TEST %s round takes %lu instructions\n", test_name, least);
    peer_finish(port);
}
