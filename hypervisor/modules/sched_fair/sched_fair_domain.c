/* SPDX-License-Identifier: MIT */
/* What sched_fair keeps of a domain: its weight, its cap, and how much of that is used up. */
#include "modules/sched_fair/sched_fair_private.h"

void cap_charge(struct domain *d, uint64_t from, uint64_t ran_ns)
{
    uint64_t *clock = &d->sched.cap_clock_ns, start = period_start(from), was = atomic_read64(clock);
    uint32_t cap = atomic_read32(&d->sched.cap);

    if (cap == 0)
        return;
    while (was < start && atomic_cmpxchg64(clock, was, start) != was)
        was = atomic_read64(clock);
    (void)atomic_add64(clock, cap_cost_ns(ran_ns, cap));
}

bool cap_is_over(const struct vcpu *v, uint64_t now)
{
    const struct sched_domain *s = &v->domain->sched;

    return atomic_read32(&s->cap) != 0 && cap_is_used(atomic_read64(&s->cap_clock_ns), now);
}

uint64_t cap_until_ns(const struct vcpu *v)
{
    return cap_free_at(atomic_read64(&v->domain->sched.cap_clock_ns));
}

uint64_t cap_left_ns(const struct domain *d, uint64_t now)
{
    return cap_run_ns(atomic_read64(&d->sched.cap_clock_ns), atomic_read32(&d->sched.cap), now);
}

static void weight_set(struct domain *d, uint32_t weight SC_RANGE(1, 65535))
{
    atomic_write32(&d->sched.weight, weight);
    atomic_write32(&d->sched.rate, rate_of(weight));
}

void sched_domain_init(struct domain *d)
{
    weight_set(d, SCHED_WEIGHT_DEFAULT);
}

int sched_domain_get(const struct domain *d, struct sched_params *p)
{
    p->weight = (uint16_t)atomic_read32(&d->sched.weight);
    p->cap = (uint16_t)atomic_read32(&d->sched.cap);
    return 0;
}

int sched_domain_set(struct domain *d, const struct sched_params *p)
{
    if (p->cap > 100 * d->max_vcpus)
        return -EINVAL;
    if (p->weight != 0)
        weight_set(d, p->weight);
    atomic_write32(&d->sched.cap, p->cap);
    return 0;
}
