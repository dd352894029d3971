/*
 * Runstate: how long a vcpu ran, waited and was blocked.
 *
 * Checks: get_runstate_info, registered memory, the sum of all times follows system time, blocked time grows by a block, the state is running for
 *   who asks and offline for a vcpu that is down; values never go back; bad pointers and vcpus.
 * Run: vcpus=2
 */
#include "guest.h"

static struct vcpu_runstate_info info, before, registered;

static u64 total(const struct vcpu_runstate_info *of)
{
    return of->time[0] + of->time[1] + of->time[2] + of->time[3];
}

static long get(u32 vcpu, struct vcpu_runstate_info *to)
{
    return HC(vcpu_op, VCPUOP_get_runstate_info, vcpu, to);
}

void test_main(void)
{
    struct vcpu_register_runstate_memory_area area;
    u64 back = 0;

    HC(vcpu_op, VCPUOP_stop_periodic_timer, 0, NULL);
    bind_virq(VIRQ_TIMER, 0);
    check_eq("get", get(0, &info), 0);
    check_eq("state_running", info.state, RUNSTATE_running);
    check("entry_time_past", info.state_entry_time <= now_ns());
    check_eq("get_down", get(1, &info), 0);
    check_eq("state_offline", info.state, RUNSTATE_offline);
    check_eq("get_absent", get(7, &info), -XEN_ENOENT);
    check_eq("get_pointer", HC(vcpu_op, VCPUOP_get_runstate_info, 0, HYPERVISOR_PRIVATE), -XEN_EFAULT);

    get(0, &before);
    u64 start = now_ns();
    HC(set_timer_op, start + 50000000);
    block();
    u64 slept = now_ns() - start;
    get(0, &info);
    check_range("blocked_grows", info.time[RUNSTATE_blocked] - before.time[RUNSTATE_blocked], 30000000, slept);
    check_range("total_follows_time", total(&info) - total(&before), slept - 20000000, slept + 50000000);
    before = info;
    for (u32 i = 0; i < 2000; i++) {
        get(0, &info);
        for (u32 state = 0; state < 4; state++)
            back += info.time[state] < before.time[state];
        back += total(&info) < total(&before);
        before = info;
    }
    check_eq("never_back", (long)back, 0);

    area.addr.v = &registered;
    registered.state = 99;
    check_eq("register", HC(vcpu_op, VCPUOP_register_runstate_memory_area, 0, &area), 0);
    check_eq("registered_state", registered.state, RUNSTATE_running);
    HC(set_timer_op, now_ns() + 20000000);
    u64 blocked = registered.time[RUNSTATE_blocked];
    block();
    check("registered_updated", registered.time[RUNSTATE_blocked] >= blocked + 10000000);
    check_eq("registered_running", registered.state, RUNSTATE_running);
    check_eq("register_pointer", HC(vcpu_op, VCPUOP_register_runstate_memory_area, 0, NULL), -XEN_EFAULT);
    area.addr.v = (struct vcpu_runstate_info *)HYPERVISOR_PRIVATE;
    check("register_in_hypervisor", HC(vcpu_op, VCPUOP_register_runstate_memory_area, 0, &area) < 0);
    HC(set_timer_op, now_ns() + 5000000);
    block();
    check("alive", HC(xen_version, XENVER_version, NULL) > 0);
}
