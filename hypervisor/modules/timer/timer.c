/* SPDX-License-Identifier: MIT */
#include "modules/timer/timer.h"

#define PERIOD_MIN_NS 1000000UL /* as Xen */
#define FAR_NS (1UL << 50)      /* beyond this an old guest cannot mean it */
#define SOON_NS 100000000UL

/*@ assigns v->singleshot, time_seen;
    ensures answer: \result == (future && deadline_ns < time_seen ? -ETIME : 0);
    ensures set: \result == 0 ==> v->singleshot.deadline_ns == deadline_ns;
    ensures kept: \result != 0 ==> v->singleshot == \old(v->singleshot);
*/
int timer_singleshot_set(struct vcpu *v, uint64_t deadline_ns, bool future)
{
    if (future && deadline_ns < now_ns())
        return -ETIME;
    timer_set(&v->singleshot, deadline_ns);
    return 0;
}

/*@ assigns v->singleshot;
    ensures off: v->singleshot.slot == 0;
*/
void timer_singleshot_stop(struct vcpu *v)
{
    timer_stop(&v->singleshot);
}

/*@ assigns v->periodic_ns, v->periodic, time_seen;
    ensures answer: \result == (PERIOD_MIN_NS <= period_ns <= INT64_MAX / 2 ? 0 : -EINVAL);
    ensures set: \result == 0 ==> v->periodic_ns == period_ns;
    ensures first: \result == 0 ==> v->periodic.deadline_ns == (uint64_t)(time_seen + period_ns);
    ensures kept: \result != 0 ==> v->periodic_ns == \old(v->periodic_ns) && v->periodic == \old(v->periodic);
*/
int timer_periodic_set(struct vcpu *v, uint64_t period_ns)
{
    if (period_ns < PERIOD_MIN_NS || period_ns > INT64_MAX / 2)
        return -EINVAL;
    atomic_write64(&v->periodic_ns, period_ns);
    timer_set(&v->periodic, now_ns() + period_ns);
    return 0;
}

/*@ assigns v->periodic_ns, v->periodic;
    ensures off: v->periodic_ns == 0 && v->periodic.slot == 0;
*/
void timer_periodic_stop(struct vcpu *v)
{
    atomic_write64(&v->periodic_ns, 0); /* before: a timer that expires meanwhile is not set again */
    timer_stop(&v->periodic);
}

/*@ predicate cannot_be_meant(integer at_ns, integer now) = at_ns > INT64_MAX || at_ns > now + FAR_NS; */
/*@ assigns v->singleshot, time_seen;
    ensures off: deadline_ns == 0 ==> v->singleshot.slot == 0;
    ensures set: deadline_ns != 0 && !cannot_be_meant(deadline_ns, time_seen) ==>
                 v->singleshot.deadline_ns == deadline_ns;
    ensures soon: cannot_be_meant(deadline_ns, time_seen) ==>
                  v->singleshot.deadline_ns == (uint64_t)(time_seen + SOON_NS);
*/
void timer_legacy_set(struct vcpu *v, uint64_t deadline_ns)
{
    uint64_t now;

    if (deadline_ns == 0) {
        timer_stop(&v->singleshot);
        return;
    }
    now = now_ns();
    if (deadline_ns > INT64_MAX || (deadline_ns > now && deadline_ns - now > FAR_NS))
        deadline_ns = now + SOON_NS;
    timer_set(&v->singleshot, deadline_ns);
}
