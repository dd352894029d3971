/*
 * sched_op: yield, block, poll and the rest.
 *
 * Checks: yield, block until a timer, block returns at once when an event is pending, poll of a port, of several, with a timeout, of a pending
 *   port, of bad ports and too many; watchdog; shutdown_code and remote_shutdown refusals; unknown operations; the old sched_op.
 */
#include "guest.h"

static evtchn_port_t ports[130];

static long poll(u32 count, u64 timeout)
{
    struct sched_poll poll = { .nr_ports = count, .timeout = timeout };

    set_xen_guest_handle(poll.ports, ports);
    return HC(sched_op, SCHEDOP_poll, &poll);
}

void test_main(void)
{
    HC(vcpu_op, VCPUOP_stop_periodic_timer, 0, NULL);
    u32 timer = bind_virq(VIRQ_TIMER, 0), port = bind_ipi(0);
    u64 start;

    events_disable();
    check_eq("yield", yield(), 0);
    // block opens the event mask, so the timer is delivered
    start = now_ns();
    HC(set_timer_op, start + 20000000);
    u32 before = event_count[timer];
    check_eq("block", block(), 0);
    check("block_until_timer", event_count[timer] > before && now_ns() >= start + 20000000);
    check_eq("block_unmasks", shared->vcpu_info[0].evtchn_upcall_mask, 0);
    events_disable();
    evtchn_send(port);
    start = now_ns();
    HC(set_timer_op, start + 3000000000UL);
    check_eq("block_pending", block(), 0);
    check("block_pending_returns", now_ns() - start < 1000000000UL);
    check_eq("block_pending_delivers", event_count[port], 1);
    HC(set_timer_op, 0);

    events_disable();
    start = now_ns();
    ports[0] = port;
    check_eq("poll_timeout", poll(1, start + 20000000), 0);
    check_range("poll_timeout_time", now_ns() - start, 20000000, 500000000);
    evtchn_send(port);
    start = now_ns();
    check_eq("poll_pending", poll(1, start + 3000000000UL), 0);
    check("poll_pending_returns", now_ns() - start < 1000000000UL);
    event_clear(port);
    check_eq("poll_past", poll(1, 1), 0);
    ports[1] = timer;
    start = now_ns();
    HC(set_timer_op, start + 20000000);
    check_eq("poll_two", poll(2, start + 3000000000UL), 0);
    check("poll_two_woken_by_second", now_ns() - start < 1500000000UL);
    check("poll_two_pending", event_pending(timer));
    check_eq("poll_none_past", poll(0, 1), 0);
    check_eq("poll_too_many", poll(129, 1), -XEN_EINVAL);
    check_eq("poll_far_too_many", poll(0xffffffff, 1), -XEN_EINVAL);
    ports[0] = 0xffffffff;
    check_eq("poll_bad_port", poll(1, now_ns() + 1000000), -XEN_EINVAL);
    check_eq("poll_pointer", HC(sched_op, SCHEDOP_poll, HYPERVISOR_PRIVATE), -XEN_EFAULT);
    struct sched_poll bad = { .nr_ports = 2, .timeout = now_ns() + 1000000 };
    set_xen_guest_handle(bad.ports, (evtchn_port_t *)HYPERVISOR_PRIVATE);
    check("poll_ports_pointer", HC(sched_op, SCHEDOP_poll, &bad) < 0);

    struct sched_watchdog dog = { 0, 30 };
    long id = HC(sched_op, SCHEDOP_watchdog, &dog);
    check_range("watchdog_new", (u64)id, 1, 2);
    dog.id = (u32)id;
    check_eq("watchdog_kick", HC(sched_op, SCHEDOP_watchdog, &dog), 0);
    dog.timeout = 0;
    check_eq("watchdog_off", HC(sched_op, SCHEDOP_watchdog, &dog), 0);
    dog.id = 77;
    check_eq("watchdog_unknown", HC(sched_op, SCHEDOP_watchdog, &dog), -XEN_EINVAL);
    check_eq("watchdog_pointer", HC(sched_op, SCHEDOP_watchdog, NULL), -XEN_EFAULT);

    struct sched_remote_shutdown remote = { 1234, SHUTDOWN_crash };
    check_eq("remote_shutdown_stranger", HC(sched_op, SCHEDOP_remote_shutdown, &remote), -XEN_ESRCH);
    check_eq("remote_shutdown_pointer", HC(sched_op, SCHEDOP_remote_shutdown, NULL), -XEN_EFAULT);
    check_eq("shutdown_pointer", HC(sched_op, SCHEDOP_shutdown, HYPERVISOR_PRIVATE), -XEN_EFAULT);
    check_eq("unknown", HC(sched_op, 99, NULL), -XEN_ENOSYS);
    check_eq("unknown_max", HC(sched_op, 0xffffffff, NULL), -XEN_ENOSYS);
    check_eq("compat_yield", HC(sched_op_compat, SCHEDOP_yield, 0), 0);
    check_eq("compat_unknown", HC(sched_op_compat, 55, 0), -XEN_ENOSYS);
}
