/*
 * A vcpu of the first domain pauses another domain while a second one lets it go on: it is never left standing.
 *
 * Checks: after each round, in which both do it once at about the same time, and once no pause is left, both vcpus of the domain, which compute and
 *   sleep by turns, go on; there are fewer CPUs than vcpus that compute, so that they wait for one now and then. As often as they can be counted the
 *   domain is paused, no more.
 * Domain: memory=16M vcpus=2 ends=destroyed args=role=1
 * Run: vcpus=4 smp=3 timeout=120
 */
#include "ctl.h"
#include "grant.h"
#include "peer.h"
#include "smp.h"

#define OTHER 1
#define VCPUS 4
#define ROUNDS 200
#define APART_NS 20000 // at most
#define PAUSES_MAX 255
#define REF 8

static volatile u64 beats[512] PAGE; // a page of the other's: of each of its vcpus one word
static volatile u64 *const seen = beats; // ... and where the first maps it
static volatile u32 ending;

// ---- the other domain

static void beat(u32 vcpu)
{
    for (;;) {
        u64 until = time_ns(vcpu) + 100000;

        while (time_ns(vcpu) < until)
            relax();
        beats[vcpu]++;
        smp_nap(vcpu);
    }
}

static void other(void)
{
    grant_setup();
    grant_give(REF, mfn_of((void *)beats), 0);
    grant(REF)->domid = 0;
    timer_port();
    bind_virq(VIRQ_TIMER, 1);
    peer_wait(peer_offer(0), 0);
    events_disable();
    smp_start(2, beat);
    beat(0);
}

// ---- the first

static void check_goes_on(void)
{
    while (ctl_domain(XEN_DOMCTL_unpausedomain, OTHER) == 0)
        ;
    for (u32 vcpu = 0; vcpu < 2; vcpu++) {
        u64 from = seen[vcpu], deadline = time_ns(0) + 10000000000UL;

        while (seen[vcpu] < from + 3 && time_ns(0) < deadline)
            HC(sched_op, SCHEDOP_yield, NULL);
        if (seen[vcpu] < from + 3)
            fatal("vcpu %u stands still", vcpu);
    }
}

static void compute(void)
{
    while (ending == 0)
        relax();
}

static void at_once(u32 vcpu)
{
    if (vcpu > 1) {
        compute();
        return;
    }
    for (u32 round = 0; round < ROUNDS; round++) {
        smp_barrier(2);
        for (u64 until = time_ns(vcpu) + below(APART_NS); time_ns(vcpu) < until;)
            relax();
        (void)ctl_domain(vcpu == 0 ? XEN_DOMCTL_pausedomain : XEN_DOMCTL_unpausedomain, OTHER); // refused if it was the first
        smp_barrier(2);
        if (vcpu == 0)
            check_goes_on();
    }
    ending = 1;
}

static void check_counted(void)
{
    domain_info_t info;

    for (u32 i = 0; i < PAUSES_MAX; i++)
        check_eq("pause", ctl_domain(XEN_DOMCTL_pausedomain, OTHER), 0);
    check_eq("pause_too_often", ctl_domain(XEN_DOMCTL_pausedomain, OTHER), -XEN_EOVERFLOW);
    for (u32 i = 0; i < PAUSES_MAX; i++) {
        check("paused", ctl_there(OTHER, &info) && (info.flags & XEN_DOMINF_paused) != 0);
        check_eq("unpause", ctl_domain(XEN_DOMCTL_unpausedomain, OTHER), 0);
    }
    check("not_paused", ctl_there(OTHER, &info) && (info.flags & XEN_DOMINF_paused) == 0);
    check_eq("unpause_too_often", ctl_domain(XEN_DOMCTL_unpausedomain, OTHER), -XEN_EINVAL);
}

void test_main(void)
{
    if (!first_domain()) {
        other();
        return;
    }
    u32 handle, port = peer_bind(OTHER);

    grant_setup();
    unmap((void *)seen);
    check_eq("map", grant_map(REF, (void *)seen, GNTMAP_host_map, OTHER, &handle), GNTST_okay);
    evtchn_send(port);
    smp_start(VCPUS, at_once);
    at_once(0);
    smp_join(VCPUS);
    check_counted();
    check_goes_on();
    check_eq("unmap", grant_unmap(handle, (void *)seen), GNTST_okay);
    check_eq("destroy", ctl_domain(XEN_DOMCTL_destroydomain, OTHER), 0);
    ctl_wait_gone(OTHER);
}
