/* SPDX-License-Identifier: MIT */
#include "modules/timer/timer.h"

#define PERIOD_MIN_NS 1000000UL /* as Xen */
#define FAR_NS (1UL << 50)      /* beyond this an old guest cannot mean it */
#define SOON_NS 100000000UL

int timer_singleshot_set(struct vcpu *v, uint64_t deadline_ns, bool future)
{
    if (future && deadline_ns < now_ns())
        return -ETIME;
    timer_set(&v->singleshot, deadline_ns);
    return 0;
}

void timer_singleshot_stop(struct vcpu *v)
{
    timer_stop(&v->singleshot);
}

int timer_periodic_set(struct vcpu *v, uint64_t period_ns)
{
    if (period_ns < PERIOD_MIN_NS || period_ns > INT64_MAX / 2)
        return -EINVAL;
    atomic_write64(&v->periodic_ns, period_ns);
    timer_set(&v->periodic, now_ns() + period_ns);
    return 0;
}

void timer_periodic_stop(struct vcpu *v)
{
    atomic_write64(&v->periodic_ns, 0); /* before: a timer that expires meanwhile is not set again */
    timer_stop(&v->periodic);
}

void timer_legacy_set(struct vcpu *v, uint64_t deadline_ns)
{
    uint64_t now;

    if (deadline_ns == 0) {
        timer_stop(&v->singleshot);
        return;
    }
    now = now_ns();
    if ((int64_t)deadline_ns < 0 || (deadline_ns > now && deadline_ns - now > FAR_NS))
        deadline_ns = now + SOON_NS;
    timer_set(&v->singleshot, deadline_ns);
}
