/*
 * Three domains of weights 256, 512 and 1024 compute on one CPU.
 *
 * Checks: over 2.1 s each ran its part of seven (one, two, four), by its own runstate, within 15 %; the rest it waited.
 * Expect: with sched=rr weights are refused at boot, and the shares are not these.
 * Domain: domu=kernel=1,memory=16M,weight=512 args=weight=512
 * Domain: domu=kernel=2,memory=16M,weight=1024 args=weight=1024
 * Run: icount=3
 */
#include "peer.h"
#include "share.h"

#define SPAN_NS 2100000000UL

// All begin together, and go on for a while so that who measures last still has company.
static void compute(u64 weight)
{
    u64 want = weight * 1000 / (256 + 512 + 1024);
    struct share s = compute_for(SPAN_NS);

    compute_for(SPAN_NS / 3);
    check_range("ran_permille", s.ran_permille, want * 85 / 100, want * 115 / 100);
    check_range("ran_and_waited_permille", s.ran_permille + s.waited_permille, 950, 1010);
}

void test_main(void)
{
    if (first_domain()) {
        u32 ports[2] = { peer_bind(1), peer_bind(2) };

        for (u32 i = 0; i < 2; i++)
            evtchn_send(ports[i]);
        compute(256);
        for (u32 i = 0; i < 2; i++)
            peer_wait(ports[i], 0);
        for (u32 i = 0; i < 2; i++)
            peer_finish(ports[i]);
        return;
    }
    u32 port = peer_offer(0);

    peer_wait(port, 0);
    compute(argument("weight", 0));
    evtchn_send(port);
    peer_wait(port, 1);
}
