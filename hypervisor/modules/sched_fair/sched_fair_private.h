/* SPDX-License-Identifier: MIT */
/* sched_fair_private.h - a CPU's queue; of a domain, for its vcpus. */
#ifndef SCHED_FAIR_PRIVATE_H
#define SCHED_FAIR_PRIVATE_H

#include "core/atomic.h"
#include "core/lock.h"
#include "modules/sched_fair/sched_fair_time.h"
#include "ports/sched.h"
#include "ports/sched_list.h"

struct runq {
    spinlock_t lock __attribute__((aligned(4096))); /* pages of its own: its CPU's node's */
    uint32_t nr SC_ATOMIC;                          /* of `ready`; written with the lock held */
    /* The least virtual time first; equals as they came. */
    struct vcpu_list ready SC_GUARDED_BY(lock);
    /* Over their domain's cap. */
    struct vcpu_list parked SC_GUARDED_BY(lock);
    struct vcpu *running SC_NULLABLE SC_GUARDED_BY(lock); /* not the idle one */
    uint64_t least_ns SC_GUARDED_BY(lock);                /* the least virtual time of who competed; never goes back */
    uint64_t unpark_ns SC_GUARDED_BY(lock);               /* no parked vcpu is due before */
};

/* So much run time in v's virtual time. */
SC_INLINE uint64_t virtual_ns(const struct vcpu *v, uint64_t ran_ns)
{
    return virtual_of(ran_ns, atomic_read32(&v->domain->sched.rate));
}

/* A queue's lists (sched_fair_queue.c). */

/* To its place, looked for from the end: who has run belongs there. */
void ready_add_locked(struct runq *q, struct vcpu *v);
/* The same from the front: who wakes belongs there. */
void ready_add_woken_locked(struct runq *q, struct vcpu *v);
void ready_remove_locked(struct runq *q, struct vcpu *v);
/* v's domain is over its cap: it waits for the period in which it may run again. */
void park_locked(struct runq *q, struct vcpu *v);
/* v waits so in this queue. */
void parked_add_locked(struct runq *q, struct vcpu *v);
/* Who is due competes from now on: being parked earns nothing. */
void unpark_locked(struct runq *q, uint64_t now);

/* What is kept of a domain (sched_fair_domain.c). */

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
