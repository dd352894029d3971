/* SPDX-License-Identifier: MIT */
/*
 * rcu.h - what others may still look at is given back later (docs/decisions/0011-rcu.md).
 *
 * A read section is all that a CPU does from one look at its pending work to the next: a CPU is not taken away from
 * the hypervisor's code, and a continuation ends every borrow.  So readers pay nothing.  A grace period has passed
 * when every CPU has looked at its pending work since it began; to begin one makes them look.  While none is asked
 * for nothing here is written.
 */
#ifndef CORE_RCU_H
#define CORE_RCU_H

#include "core/base.h"

struct domain;
struct vcpu;

/* What to do then: a number, not a pointer to code (docs/decisions/0008). */
enum rcu_kind {
    RCU_NONE = 0,
    RCU_VCPU_INFO, /* what is left of a vcpu's vcpu_info before it registered one */
    RCU_DOMAIN,    /* a domain that nobody finds any more */
};

/* Embedded in its owner. */
struct rcu_item {
    struct rcu_item *next SC_NULLABLE;
    struct vcpu *vcpu SC_NULLABLE;     /* RCU_VCPU_INFO */
    struct domain *domain SC_NULLABLE; /* RCU_DOMAIN */
    uint64_t grace;
    uint8_t kind;
};

/* Begin a grace period: its number. */
uint64_t rcu_begin(void);
bool rcu_passed(uint64_t grace);
/*
 * For continuations: has a grace period passed since *grace was 0?  Begins one then.  A call that waits records *grace
 * and returns HC_CONTINUE: how long it waits is bounded by the distance of preemption points.
 */
SC_INLINE bool rcu_wait(uint64_t *grace)
{
    if (*grace == 0)
        *grace = rcu_begin();
    return rcu_passed(*grace);
}
/* Do it on this CPU after a grace period.  x is not deferred already. */
void rcu_defer(struct rcu_item *x, enum rcu_kind kind, struct vcpu *v);
void rcu_defer_domain(struct rcu_item *x, struct domain *d);

/* Softirq: this CPU looks at nothing any more that it looked at before. */
SC_CORE void rcu_look(void);
/* This CPU takes part from now on; or no more, once rcu_leave says so: something of its own waits as long as it is
 * false. */
SC_CORE void rcu_join(void);
SC_CORE bool rcu_leave(void);

#endif
