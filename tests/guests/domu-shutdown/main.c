/*
 * Unprivileged domains that end by themselves: power off, reboot, last vcpu down, watchdog; the machine goes on.
 *
 * Checks: the first domain is told of each end, can bind to what is left of them, and ends itself as before; no vcpu of theirs runs again:
 *   a counter in a page granted by domain 1, whose second vcpu counts, stands still after the end.
 * Domain: memory=16M vcpus=2 ends=shutdown args=how=0
 * Domain: memory=16M ends=shutdown args=how=1
 * Domain: memory=16M ends=shutdown args=how=2
 * Domain: memory=16M ends=shutdown args=how=3
 */
#include "grant.h"
#include "peer.h"

#define COUNTER_REF 8

static volatile u64 counter[512] PAGE, window[512] PAGE;

static void count(u32 vcpu)
{
    (void)vcpu;
    for (;;)
        counter[0]++;
}

static void end(u64 how)
{
    struct sched_shutdown down = { how == 0 ? SHUTDOWN_poweroff : SHUTDOWN_reboot };
    struct sched_watchdog dog = { 0, 1 };

    switch (how) {
    case 0:
    case 1: HC(sched_op, SCHEDOP_shutdown, &down); break;
    case 2: HC(vcpu_op, VCPUOP_down, 0, NULL); break;
    default:
        HC(sched_op, SCHEDOP_watchdog, &dog);
        sleep_ns(20000000000UL);
    }
    fatal("went on after its end");
}

static void domu_main(void)
{
    u64 how = argument("how", 0);

    if (how == 0) {
        grant_setup();
        grant_give(COUNTER_REF, mfn_of((void *)counter), 0);
        check_eq("start_second_vcpu", vcpu_start(1, count), 0);
    }
    peer_wait(peer_offer(0), 0);
    end(how);
}

void test_main(void)
{
    if (!first_domain()) {
        domu_main();
        return;
    }
    u32 port = peer_bind(1), handle, other;

    unmap((void *)window);
    check_eq("map", grant_map(COUNTER_REF, (void *)window, GNTMAP_host_map | GNTMAP_readonly, 1, &handle), GNTST_okay);
    u64 before = window[0];

    sleep_ns(50000000);
    check("counts_while_alive", window[0] > before);
    peer_finish(port);
    sleep_ns(10000000); // as in Xen we are told when its vcpus are told, which another CPU's may hear a little later
    before = window[0];
    sleep_ns(100000000);
    check_eq("stands_still_when_dead", (long)window[0], (long)before);
    check_eq("unmap", grant_unmap(handle, (void *)window), GNTST_okay);
    for (domid_t domain = 2; domain <= 4; domain++)
        peer_finish(peer_bind(domain));
    check("told_of_all", true);
    check_eq("bind_to_nothing", bind_interdomain(2, 30, &other), -XEN_EINVAL);
    check_eq("bind_to_no_domain", bind_interdomain(5, 1, &other), -XEN_ESRCH);
}
