/*
 * A fatal error of an unprivileged domain: it dies with a dump, the first domain goes on.
 *
 * Checks: domain 1 executes an undefined instruction without a handler; the first domain is told (VIRQ_DOM_EXC), its timer goes on, it
 *   prints; sending to the dead domain is no error.
 * Expect: the dump names domain 1; domain 1 says nothing after it.
 * Domain: memory=32M ends=crash
 */
#include "peer.h"

static void die(void)
{
    u32 port = peer_offer(0);

    check("alive", HC(xen_version, XENVER_version, NULL) > 0);
    peer_wait(port, 0);
    check_eq("empty", HC(set_trap_table, NULL), 0);
    __asm__ volatile("ud2");
    fatal("went on after its crash");
}

void test_main(void)
{
    if (!first_domain()) {
        die();
        return;
    }
    u32 port = peer_bind(1), timer = timer_port(), before;

    peer_finish(port);
    check("told_of_the_end", true);
    before = event_count[timer];
    sleep_ns(100000000);
    check("timer_goes_on", event_count[timer] > before);
    check_eq("send_to_dead", evtchn_send(port), 0);
    check_eq("send_to_dead_again", evtchn_send(port), 0);
    check_eq("close", evtchn_close(port), 0);
    check("alive", HC(xen_version, XENVER_version, NULL) > 0);
}
