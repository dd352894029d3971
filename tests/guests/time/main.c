/*
 * Time as the guest computes it.
 *
 * Checks: the time record's version is even, multiplier and shift are sane, system time never goes back over many reads and over hypercalls, it
 *   agrees with the wall clock of the machine over 100 ms, the shared page's wall clock is plausible and even.
 */
#include "guest.h"

void test_main(void)
{
    struct vcpu_time_info *time = &shared->vcpu_info[0].time;
    u64 last = now_ns(), back = 0, start;

    check_eq("version_even", (long)(time->version & 1), 0);
    check("multiplier", time->tsc_to_system_mul >= 0x80000000u);
    check("shift", time->tsc_shift > -32 && time->tsc_shift < 32);
    check("tsc_timestamp_past", time->tsc_timestamp <= rdtsc());
    for (u32 i = 0; i < 100000; i++) {
        u64 now = now_ns();

        back += now < last;
        last = now;
        if (i % 1000 == 0)
            yield();
    }
    check_eq("never_back", (long)back, 0);
    start = now_ns();
    check("advances", (yield(), now_ns() >= start));
    check_eq("wallclock_version_even", (long)(shared->wc_version & 1), 0);
    u64 seconds = shared->wc_sec | (u64)shared->wc_sec_hi << 32;
    check_range("wallclock_after_2020", seconds + now_ns() / 1000000000UL, 1577836800UL, 4102444800UL);
    check("wallclock_nsec", shared->wc_nsec < 1000000000u);

    // A timer of 100 ms: the guest's clock and the hypervisor's agree.
    u32 port = bind_virq(VIRQ_TIMER, 0);
    HC(vcpu_op, VCPUOP_stop_periodic_timer, 0, NULL);
    events_enable();
    u32 count = event_count[port];
    start = now_ns();
    HC(set_timer_op, start + 100000000);
    while (event_count[port] == count && now_ns() - start < 3000000000UL)
        yield();
    check_range("timer_100_ms", now_ns() - start, 100000000, 600000000);
    u64 version = time->version;
    for (u32 i = 0; i < 1000; i++)
        yield();
    check("version_never_odd_at_rest", (time->version & 1) == 0 && time->version >= version);
}
