/*
 * Three domains compute on one CPU: each gets its share, and their timers go on.
 *
 * Checks: over 1.2 s, two unprivileged domains and the first one count; by its own runstate each ran between a quarter and 45 of a hundred parts, the
 *   rest was spent runnable; a domain that sleeps is woken in time while the others compute, in less than 5 ms on average and never later
 *   than 60 ms. Then a domain that computes 8 ms and sleeps for a moment, again and again, gets no more than its share of two.
 * Domain: memory=16M args=sleeper=0
 * Domain: memory=16M args=sleeper=0
 * Domain: memory=16M args=sleeper=1
 * Run: icount=3
 */
#include "peer.h"
#include "share.h"

#define SPAN_NS 1200000000UL

static void ran_range(u64 span_ns, u64 low, u64 high)
{
    struct share s = compute_for(span_ns);

    check_range("share_percent", s.ran_permille / 10, low, high);
    check_range("running_and_waiting_percent", (s.ran_permille + s.waited_permille) / 10, 95, 101);
}

// What the first domain gets beside a domain that sleeps just before its slice would end.
static void greedy(void)
{
    u64 start = now_ns();

    while (now_ns() - start < SPAN_NS + SPAN_NS / 4) {
        u64 from = now_ns();

        while (now_ns() - from < 8000000)
            ;
        sleep_ns(50000);
    }
}

static void compute(void)
{
    ran_range(SPAN_NS, 25, 45);
}

// One that was woken goes before the others, whose turns are milliseconds.
static void sleeper(void)
{
    u64 start = now_ns(), waited = runstate().time[RUNSTATE_runnable], worst = 0;
    u32 rounds = 0;

    while (now_ns() - start < SPAN_NS / 2) {
        u64 from = now_ns();

        sleep_ns(5000000);
        u64 late = now_ns() - from - 5000000;

        worst = late > worst ? late : worst;
        rounds++;
    }
    waited = runstate().time[RUNSTATE_runnable] - waited;
    check_range("sleeps", rounds, 40, 200);
    check_range("late_ns", worst, 0, 60000000);
    check_range("wait_us", waited / 1000 / rounds, 0, 5000);
}

static void sleeper_main(u32 port)
{
    sleeper();
    evtchn_send(port);
    peer_wait(port, 1);
    greedy();
}

void test_main(void)
{
    if (first_domain()) {
        u32 ports[3] = { peer_bind(1), peer_bind(2), peer_bind(3) };

        for (u32 i = 0; i < 3; i++)
            evtchn_send(ports[i]);
        compute();
        for (u32 i = 0; i < 3; i++)
            peer_wait(ports[i], 0);
        evtchn_send(ports[2]); // the sleeper is now the greedy one
        ran_range(SPAN_NS, 40, 65);
        for (u32 i = 0; i < 3; i++)
            peer_finish(ports[i]);
        return;
    }
    u32 port = peer_offer(0);

    timer_port();
    peer_wait(port, 0);
    if (argument("sleeper", 0) != 0) {
        sleeper_main(port);
        peer_wait(port, 2);
        return;
    }
    compute();
    evtchn_send(port);
    peer_wait(port, 1);
}
