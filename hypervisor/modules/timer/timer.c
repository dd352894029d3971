/* SPDX-License-Identifier: MIT */
#include "modules/timer/timer.h"

#define PERIOD_MIN_NS 1000000UL /* as Xen */
#define FAR_NS (1UL << 50)      /* beyond this an old guest cannot mean it */
#define SOON_NS 100000000UL

/*@ assigns v->singleshot;
    ensures answer: \result == 0 || (\result == -ETIME && future);
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

/*@ assigns v->singleshot; */
void timer_singleshot_stop(struct vcpu *v)
{
    timer_stop(&v->singleshot);
}

/*@ assigns v->periodic_ns, v->periodic;
    ensures answer: \result == (PERIOD_MIN_NS <= period_ns <= INT64_MAX / 2 ? 0 : -EINVAL);
    ensures set: \result == 0 ==> v->periodic_ns == period_ns;
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
    ensures off: v->periodic_ns == 0;
*/
void timer_periodic_stop(struct vcpu *v)
{
    atomic_write64(&v->periodic_ns, 0); /* before: a timer that expires meanwhile is not set again */
    timer_stop(&v->periodic);
}

/*@ assigns v->singleshot;
    ensures far_is_soon: 0 < deadline_ns && v->singleshot.deadline_ns != deadline_ns ==> deadline_ns > FAR_NS;
*/
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
