/*
 * event_channel_op: the ways to bind a port.
 *
 * Checks: interdomain with oneself in both directions, refusals (bad remote port, bound twice, stranger); virtual interrupts once per vcpu,
 *   bad numbers, global ones only on vcpu 0; inter-processor to good and bad vcpus; bind_vcpu; physical interrupts out of range.
 * Run: vcpus=2
 */
#include "guest.h"

static long virq(u32 number, u32 vcpu, u32 *port)
{
    struct evtchn_bind_virq bind = { number, vcpu, 0 };
    long ret = evtchn_op(EVTCHNOP_bind_virq, &bind);

    *port = bind.port;
    return ret;
}

static long interdomain(domid_t remote, u32 remote_port, u32 *port)
{
    struct evtchn_bind_interdomain bind = { remote, remote_port, 0 };
    long ret = evtchn_op(EVTCHNOP_bind_interdomain, &bind);

    *port = bind.local_port;
    return ret;
}

static long bind_vcpu(u32 port, u32 vcpu)
{
    struct evtchn_bind_vcpu bind = { port, vcpu };

    return evtchn_op(EVTCHNOP_bind_vcpu, &bind);
}

void test_main(void)
{
    struct evtchn_alloc_unbound alloc = { DOMID_SELF, DOMID_SELF, 0 };
    u32 local = 0, other = 0, timer = 0;

    check_eq("alloc", evtchn_op(EVTCHNOP_alloc_unbound, &alloc), 0);
    check_eq("interdomain", interdomain(DOMID_SELF, alloc.port, &local), 0);
    event_clear(alloc.port);
    event_clear(local);
    check_eq("send", evtchn_send(local), 0);
    check("send_arrives_at_other_end", event_pending(alloc.port) && !event_pending(local));
    check_eq("send_back", evtchn_send(alloc.port), 0);
    check("send_back_arrives", event_pending(local));
    check_eq("interdomain_twice", interdomain(DOMID_SELF, alloc.port, &other), -XEN_EINVAL);
    check_eq("interdomain_free_port", interdomain(DOMID_SELF, 3000, &other), -XEN_EINVAL);
    check_eq("interdomain_far_port", interdomain(DOMID_SELF, 0xffffffff, &other), -XEN_EINVAL);
    check_eq("interdomain_stranger", interdomain(1234, 1, &other), -XEN_ESRCH);
    check_eq("close_one_end", evtchn_close(local), 0);
    check_eq("other_end_unbound", interdomain(DOMID_SELF, alloc.port, &local), 0);
    struct evtchn_alloc_unbound for_7 = { DOMID_SELF, 7, 0 };
    evtchn_op(EVTCHNOP_alloc_unbound, &for_7);
    check_eq("interdomain_not_for_us", interdomain(DOMID_SELF, for_7.port, &other), -XEN_EINVAL);

    check_eq("virq_timer", virq(VIRQ_TIMER, 0, &timer), 0);
    check_eq("virq_timer_twice", virq(VIRQ_TIMER, 0, &other), -XEN_EEXIST);
    check_eq("virq_timer_vcpu_1", virq(VIRQ_TIMER, 1, &other), 0);
    check_eq("virq_timer_vcpu_2", virq(VIRQ_TIMER, 2, &other), -XEN_ENOENT);
    check_eq("virq_timer_vcpu_max", virq(VIRQ_TIMER, 0xffffffff, &other), -XEN_ENOENT);
    check_eq("virq_debug", virq(VIRQ_DEBUG, 1, &other), 0);
    check_eq("virq_console_vcpu_1", virq(VIRQ_CONSOLE, 1, &other), -XEN_EINVAL);
    check_eq("virq_console", virq(VIRQ_CONSOLE, 0, &other), 0);
    check_eq("virq_out_of_range", virq(NR_VIRQS, 0, &other), -XEN_EINVAL);
    check_eq("virq_max", virq(0xffffffff, 0, &other), -XEN_EINVAL);
    check_eq("virq_after_close", (evtchn_close(timer), virq(VIRQ_TIMER, 0, &timer)), 0);

    struct evtchn_bind_ipi ipi = { 1, 0 };
    check_eq("ipi_vcpu_1", evtchn_op(EVTCHNOP_bind_ipi, &ipi), 0);
    check_eq("ipi_twice_is_another", (ipi.vcpu = 1, evtchn_op(EVTCHNOP_bind_ipi, &ipi)), 0);
    ipi.vcpu = 2;
    check_eq("ipi_absent_vcpu", evtchn_op(EVTCHNOP_bind_ipi, &ipi), -XEN_ENOENT);
    ipi.vcpu = 0xffffffff;
    check_eq("ipi_max_vcpu", evtchn_op(EVTCHNOP_bind_ipi, &ipi), -XEN_ENOENT);

    check_eq("bind_vcpu", bind_vcpu(alloc.port, 1), 0);
    check_eq("bind_vcpu_back", bind_vcpu(alloc.port, 0), 0);
    check_eq("bind_vcpu_absent", bind_vcpu(alloc.port, 2), -XEN_ENOENT);
    check_eq("bind_vcpu_free_port", bind_vcpu(3000, 0), -XEN_EINVAL);
    check_eq("bind_vcpu_far_port", bind_vcpu(0xffffffff, 0), -XEN_EINVAL);
    check_eq("bind_vcpu_per_vcpu_virq", bind_vcpu(timer, 1), -XEN_EINVAL);
    check_eq("bind_vcpu_ipi", bind_vcpu(ipi.port, 0), -XEN_EINVAL);
    check_eq("bind_vcpu_global_virq", bind_vcpu(other, 1), -XEN_EINVAL);

    struct evtchn_bind_pirq pirq = { 0xffffffff, 0, 0 };
    check_eq("pirq_max", evtchn_op(EVTCHNOP_bind_pirq, &pirq), -XEN_EINVAL);
    pirq.pirq = 100000;
    check_eq("pirq_out_of_range", evtchn_op(EVTCHNOP_bind_pirq, &pirq), -XEN_EINVAL);
}
