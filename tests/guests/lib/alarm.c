// Waiting with a timer that goes on all the time.
#include "alarm.h"

u32 alarm_port[VCPUS_MAX];
volatile u32 alarms_set[VCPUS_MAX];
static u64 deadline[VCPUS_MAX];

static void look_after_timer(u32 vcpu, u64 now, u64 patience_ns)
{
    if (event_count[alarm_port[vcpu]] == alarms_set[vcpu]) {
        deadline[vcpu] = now + 100000 + below(2000000);
        alarms_set[vcpu]++;
        if (HC(set_timer_op, deadline[vcpu]) != 0)
            fatal("vcpu %u: set_timer_op", vcpu);
    } else if (now > deadline[vcpu] + patience_ns)
        fatal("vcpu %u: timer %u does not ring", vcpu, alarms_set[vcpu]);
}

void alarm_await(u32 vcpu, u32 port, u32 least, u64 patience_ns, const char *what)
{
    u64 until = time_ns(vcpu) + patience_ns;

    upcalls_mask(vcpu, true);
    while (event_count[port] < least) {
        u64 now = time_ns(vcpu);

        if (now > until)
            fatal("vcpu %u waits for %s: %u of %u; %u timers set, %u rang", vcpu, what, event_count[port], least, alarms_set[vcpu],
                  event_count[alarm_port[vcpu]]);
        look_after_timer(vcpu, now, patience_ns);
        block();
        upcalls_mask(vcpu, true);
    }
    upcalls_mask(vcpu, false);
}
