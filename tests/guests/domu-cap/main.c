/*
 * A domain with a cap of 20 percent of a CPU, and what the first domain makes of the cap while it runs.
 *
 * Checks: on a CPU that has nothing else to do it runs 20 %, and 20 % beside the first domain, which gets the rest; with XEN_DOMCTL_scheduler_op the
 *   first domain makes it 50 %, then takes it away: all of the CPU. By the domain's own runstate over 1 s each, to a tenth.
 *   The domain itself may not ask for its cap, nor change it.
 * Domain: domu=kernel=1,memory=16M,cap=20
 * Run: icount=3
 */
#define __XEN_TOOLS__ 1
#include "peer.h"
#include "share.h"

#include <xen/sysctl.h>

#define SPAN_NS 1000000000UL

static struct xen_domctl op;

static long scheduler(u32 cmd, u16 cap)
{
    op = (struct xen_domctl){ .cmd = XEN_DOMCTL_scheduler_op, .interface_version = XEN_DOMCTL_INTERFACE_VERSION, .domain = 1 };

    op.u.scheduler_op.sched_id = XEN_SCHEDULER_CREDIT2;
    op.u.scheduler_op.cmd = cmd;
    op.u.scheduler_op.u.credit2.cap = cap;
    return HC(domctl, &op);
}

static u16 cap_get(void)
{
    check_eq("getinfo", scheduler(XEN_DOMCTL_SCHEDOP_getinfo, 0), 0);
    return op.u.scheduler_op.u.credit2.cap;
}

static void cap_set(u16 cap)
{
    check_eq("putinfo", scheduler(XEN_DOMCTL_SCHEDOP_putinfo, cap), 0);
    check_eq("cap_is_there", cap_get(), cap);
}

static void refused(void)
{
    struct xen_sysctl sys = { .cmd = XEN_SYSCTL_sched_id, .interface_version = XEN_SYSCTL_INTERFACE_VERSION };

    check_eq("may_not_get", scheduler(XEN_DOMCTL_SCHEDOP_getinfo, 0), -XEN_EPERM);
    check_eq("may_not_put", scheduler(XEN_DOMCTL_SCHEDOP_putinfo, 0), -XEN_EPERM);
    check_eq("may_not_sysctl", HC(sysctl, &sys), -XEN_EPERM);
    sys.interface_version--;
    check_eq("version_comes_first", HC(sysctl, &sys), -XEN_EACCES);
}

// The other measures once more.
static void measure(u32 port, u32 *turns)
{
    evtchn_send(port);
    peer_wait(port, (*turns)++);
}

static void first(void)
{
    u32 port = peer_bind(1), turns = 0;

    check_eq("cap_of_boot", cap_get(), 20);
    measure(port, &turns);
    evtchn_send(port);
    check_range("beside_permille", compute_for(SPAN_NS).ran_permille, 770, 830);
    peer_wait(port, turns++);
    cap_set(50);
    measure(port, &turns);
    cap_set(0);
    sleep_ns(100000000); // it may be parked up to the end of a period
    measure(port, &turns);
    peer_finish(port);
}

void test_main(void)
{
    static const struct {
        const char *name;
        u64 low, high;
    } want[] = { { "alone_permille", 180, 220 }, { "beside_permille", 180, 220 }, { "half_permille", 450, 550 }, { "all_permille", 900, 1000 } };
    u32 port;

    if (first_domain()) {
        first();
        return;
    }
    port = peer_offer(0);
    refused();
    for (u32 i = 0; i < ARRAY_SIZE(want); i++) {
        peer_wait(port, i);
        check_range(want[i].name, compute_for(SPAN_NS).ran_permille, want[i].low, want[i].high);
        evtchn_send(port);
    }
    peer_wait(port, ARRAY_SIZE(want));
}
