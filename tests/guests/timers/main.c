/*
 * Timers: set_timer_op, single-shot and periodic timers, VIRQ_TIMER.
 *
 * Checks: a timer in the past fires at once, one in the future not before its time, 0 cancels, the later call replaces the earlier, the
 *   periodic timer ticks at its rate and stops, VCPU_SSHOTTMR_future, bad periods, bad pointers, other vcpus' timers refused.
 */
#include "guest.h"

static u32 port;
static volatile u64 fired_at;

static void note_time(u32 vcpu, u32 which)
{
    (void)vcpu;
    if (which == port)
        fired_at = now_ns();
}

static bool fires(u64 within_ns)
{
    u32 before = event_count[port];

    return wait_for(&event_count[port], before, within_ns);
}

static long single_shot(u64 at, u32 flags)
{
    struct vcpu_set_singleshot_timer timer = { at, flags };

    return HC(vcpu_op, VCPUOP_set_singleshot_timer, 0, &timer);
}

static long periodic(u64 period)
{
    struct vcpu_set_periodic_timer timer = { period };

    return HC(vcpu_op, VCPUOP_set_periodic_timer, 0, &timer);
}

void test_main(void)
{
    u64 start;

    HC(vcpu_op, VCPUOP_stop_periodic_timer, 0, NULL);
    event_hook = note_time;
    port = bind_virq(VIRQ_TIMER, 0);
    events_enable();
    wait_for(&event_count[port], 1000, 20000000); // ticks from before
    check("quiet_when_stopped", !fires(30000000));

    u32 count = event_count[port];
    check_eq("past", HC(set_timer_op, now_ns() - 1000000), 0);
    check("past_fires", wait_for(&event_count[port], count, 50000000));
    start = now_ns();
    check_eq("future", HC(set_timer_op, start + 20000000), 0);
    check("future_fires", fires(500000000));
    check("future_not_early", fired_at >= start + 20000000);
    check_range("future_not_late", fired_at - start, 20000000, 300000000);
    check_eq("cancelled", HC(set_timer_op, now_ns() + 20000000), 0);
    check_eq("cancel", HC(set_timer_op, 0), 0);
    check("cancelled_quiet", !fires(60000000));
    HC(set_timer_op, now_ns() + 500000000000UL);
    start = now_ns();
    HC(set_timer_op, start + 10000000);
    check("replaced_fires", fires(400000000));
    check_eq("far_future", HC(set_timer_op, 0x7fffffffffffffffUL), 0);
    check_eq("far_future_cancel", HC(set_timer_op, 0), 0);

    start = now_ns();
    check_eq("single_shot", single_shot(start + 10000000, 0), 0);
    check("single_shot_fires", fires(400000000));
    check("single_shot_not_early", fired_at >= start + 10000000);
    check("single_shot_once", !fires(30000000));
    long past = single_shot(now_ns() - 1000, VCPU_SSHOTTMR_future); // the header allows that the flag is ignored
    check("single_shot_past_with_future_flag", past == 0 || past == -XEN_ETIME);
    check_eq("single_shot_stop", HC(vcpu_op, VCPUOP_stop_singleshot_timer, 0, NULL), 0);
    single_shot(now_ns() + 20000000, 0);
    HC(vcpu_op, VCPUOP_stop_singleshot_timer, 0, NULL);
    check("single_shot_stopped_quiet", !fires(60000000));
    check_eq("single_shot_pointer", HC(vcpu_op, VCPUOP_set_singleshot_timer, 0, HYPERVISOR_PRIVATE), -XEN_EFAULT);

    check_eq("period_too_short", periodic(1000), -XEN_EINVAL);
    check_eq("period_zero", periodic(0), -XEN_EINVAL);
    check_eq("period_too_long", periodic(0x7fffffffffffffffUL), -XEN_EINVAL);
    check_eq("period_pointer", HC(vcpu_op, VCPUOP_set_periodic_timer, 0, NULL), -XEN_EFAULT);
    check_eq("periodic", periodic(10000000), 0);
    u32 before = event_count[port];
    wait_for(&event_count[port], 0xfffffff0, 300000000);
    check_range("periodic_ticks", event_count[port] - before, 8, 34);
    check_eq("periodic_stop", HC(vcpu_op, VCPUOP_stop_periodic_timer, 0, NULL), 0);
    fires(20000000);
    check("periodic_stopped_quiet", !fires(60000000));
}
