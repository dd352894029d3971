/* SPDX-License-Identifier: MIT */
/* sched_fair_private.h - of a domain, for its vcpus. */
#ifndef SCHED_FAIR_PRIVATE_H
#define SCHED_FAIR_PRIVATE_H

#include "core/atomic.h"
#include "ports/sched.h"

#define RATE_SHIFT 16 /* sched_domain.rate is in parts of 1 << this */

/* d has run for so long from a time on.  What it left of earlier periods is lost, what it took too much is not. */
void cap_charge(struct domain *d, uint64_t from, uint64_t ran_ns);
/* Is the cap that d has used up for the period of now? */
bool cap_clock_is_over(const struct domain *d, uint64_t now);
/* The beginning of the period in which it may run again. */
uint64_t cap_until_ns(const struct domain *d);
/* How long d may run, on one CPU, before its cap is used up; it is not yet. */
uint64_t cap_left_ns(const struct domain *d, uint64_t now);

SC_INLINE bool cap_is_set(const struct domain *d)
{
    return atomic_read32(&d->sched.cap) != 0;
}

SC_INLINE bool cap_is_over(const struct domain *d, uint64_t now)
{
    return cap_is_set(d) && cap_clock_is_over(d, now);
}

#endif
