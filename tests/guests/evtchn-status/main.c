/*
 * event_channel_op status: every kind of port tells what it is.
 *
 * Checks: closed, unbound, interdomain, virq and ipi ports with their details and vcpu; ports out of range; strangers.
 * Run: vcpus=2
 */
#include "guest.h"

static struct evtchn_status status;

static long ask(u32 port)
{
    memset(&status, 0, sizeof(status));
    status.dom = DOMID_SELF;
    status.port = port;
    return evtchn_op(EVTCHNOP_status, &status);
}

void test_main(void)
{
    struct evtchn_alloc_unbound alloc = { DOMID_SELF, 0, 0 }, alloc7 = { DOMID_SELF, 7, 0 };

    evtchn_op(EVTCHNOP_alloc_unbound, &alloc7);
    check_eq("close", evtchn_close(alloc7.port), 0);
    check_eq("closed", ask(alloc7.port), 0);
    check_eq("closed_state", (long)status.status, EVTCHNSTAT_closed);
    evtchn_op(EVTCHNOP_alloc_unbound, &alloc7);
    check_eq("unbound", ask(alloc7.port), 0);
    check_eq("unbound_state", (long)status.status, EVTCHNSTAT_unbound);
    check_eq("unbound_for", status.u.unbound.dom, 7);
    evtchn_op(EVTCHNOP_alloc_unbound, &alloc);
    struct evtchn_bind_interdomain bind = { DOMID_SELF, alloc.port, 0 };
    evtchn_op(EVTCHNOP_bind_interdomain, &bind);
    check_eq("interdomain", ask(bind.local_port), 0);
    check_eq("interdomain_state", (long)status.status, EVTCHNSTAT_interdomain);
    check_eq("interdomain_dom", status.u.interdomain.dom, 0);
    check_eq("interdomain_port", (long)status.u.interdomain.port, (long)alloc.port);
    check_eq("interdomain_vcpu", (long)status.vcpu, 0);
    struct evtchn_bind_vcpu to_1 = { bind.local_port, 1 };
    evtchn_op(EVTCHNOP_bind_vcpu, &to_1);
    ask(bind.local_port);
    check_eq("vcpu_after_bind_vcpu", (long)status.vcpu, 1);
    u32 timer = bind_virq(VIRQ_TIMER, 1);
    check_eq("virq", ask(timer), 0);
    check_eq("virq_state", (long)status.status, EVTCHNSTAT_virq);
    check_eq("virq_number", (long)status.u.virq, VIRQ_TIMER);
    check_eq("virq_vcpu", (long)status.vcpu, 1);
    u32 ipi = bind_ipi(1);
    check_eq("ipi", ask(ipi), 0);
    check_eq("ipi_state", (long)status.status, EVTCHNSTAT_ipi);
    check_eq("ipi_vcpu", (long)status.vcpu, 1);
    check_eq("port_0", ask(0), 0);
    check_eq("far_port", ask(0xffffffff), -XEN_EINVAL);
    status.dom = 1234;
    status.port = 1;
    check_eq("stranger", evtchn_op(EVTCHNOP_status, &status), -XEN_ESRCH);
}
