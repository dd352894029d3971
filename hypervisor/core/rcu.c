/* SPDX-License-Identifier: MIT */
#include "core/rcu.h"

#include "core/atomic.h"
#include "core/domain.h"
#include "core/percpu.h"

struct rcu_cpu {
    uint64_t done;   /* atomic: no section of this CPU began before this grace period */
    uint64_t oldest; /* atomic: grace period of the first that waits; ~0: nothing does */
    struct rcu_item *first SC_NULLABLE;
    struct rcu_item *last SC_NULLABLE;
} __attribute__((aligned(64)));

SC_PERCPU(struct rcu_cpu, rcu_cpus);
static uint64_t newest SC_ATOMIC;  /* grace period */
static uint64_t members SC_ATOMIC; /* bit a CPU that takes part */
static uint64_t waiting SC_ATOMIC; /* bit a CPU that has deferred something */

uint64_t rcu_begin(void)
{
    uint64_t n = atomic_add64(&newest, 1) + 1;

    for (uint64_t left = atomic_read64(&members); left != 0; left &= left - 1)
        cpu_pend(&cpus[(unsigned)__builtin_ctzl(left) % MAX_CPUS], SOFTIRQ_RCU);
    return n;
}

/* The last grace period that every CPU has passed. */
static uint64_t all_done(void)
{
    uint64_t least = UINT64_MAX;

    for (uint64_t left = atomic_read64(&members); left != 0; left &= left - 1)
        least = min_u64(least, atomic_read64(&rcu_cpus[(unsigned)__builtin_ctzl(left) % MAX_CPUS].done));
    return least;
}

bool rcu_passed(uint64_t grace)
{
    return all_done() >= grace;
}

static void item_append(struct rcu_item *x, enum rcu_kind kind)
{
    struct rcu_cpu *me = sc_this_cpu(rcu_cpus);
    struct rcu_item *last = me->last;

    x->kind = (uint8_t)kind;
    x->next = NULL;
    x->grace = rcu_begin();
    if (last != NULL) {
        last->next = x;
    } else {
        me->first = x;
        atomic_write64(&me->oldest, x->grace);
    }
    me->last = x;
    atomic_or64(&waiting, 1UL << this_cpu()->id);
}

void rcu_defer(struct rcu_item *x, enum rcu_kind kind, struct vcpu *v)
{
    x->vcpu = v;
    item_append(x, kind);
}

void rcu_defer_domain(struct rcu_item *x, struct domain *d)
{
    x->domain = d;
    item_append(x, RCU_DOMAIN);
}

static void item_do(const struct rcu_item *x)
{
    struct domain *d = x->domain;
    struct vcpu *v = x->vcpu;

    switch ((enum rcu_kind)x->kind) {
    case RCU_VCPU_INFO:
        if (v != NULL)
            vcpu_info_settle(v);
        break;
    case RCU_DOMAIN:
        if (d != NULL)
            domain_free(d);
        break;
    default: break;
    }
}

/* What this CPU deferred up to a grace period. */
static void reap(struct rcu_cpu *me, uint64_t done)
{
    struct rcu_item *x;

    while ((x = me->first) != NULL && x->grace <= done) {
        me->first = x->next;
        if (x->next == NULL)
            me->last = NULL;
        item_do(x);
    }
    atomic_write64(&me->oldest, x != NULL ? x->grace : UINT64_MAX);
    if (x == NULL)
        atomic_and64(&waiting, ~(1UL << this_cpu()->id));
}

/* The last CPU that passes tells those that wait. */
static void tell(uint64_t done)
{
    for (uint64_t left = atomic_read64(&waiting); left != 0; left &= left - 1) {
        unsigned i = (unsigned)__builtin_ctzl(left) % MAX_CPUS;

        if (atomic_read64(&rcu_cpus[i].oldest) <= done)
            cpu_pend(&cpus[i], SOFTIRQ_RCU);
    }
}

void rcu_look(void)
{
    struct rcu_cpu *me = sc_this_cpu(rcu_cpus);
    uint64_t done;

    /* A full barrier: of two that pass at once, one sees both. */
    (void)atomic_xchg64(&me->done, atomic_read64(&newest));
    done = all_done();
    if (me->first != NULL)
        reap(me, done);
    if (atomic_read64(&waiting) != 0)
        tell(done);
}

/* Counted before it says how far it is: meanwhile nothing passes. */
void rcu_join(void)
{
    atomic_or64(&members, 1UL << this_cpu()->id);
    rcu_look();
}

bool rcu_leave(void)
{
    rcu_look();
    if (sc_this_cpu(rcu_cpus)->first != NULL)
        return false;
    atomic_and64(&members, ~(1UL << this_cpu()->id));
    tell(all_done());
    return true;
}
