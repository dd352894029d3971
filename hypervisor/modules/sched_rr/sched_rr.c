/* SPDX-License-Identifier: MIT */
/*
 * Round robin with boost: a FIFO run queue per CPU; a vcpu woken by an event
 * goes to the front once, so that I/O is served while others compute; but not one
 * that computes itself, whose short sleeps would be a way around the queue.
 */
#include "core/atomic.h"
#include "core/lock.h"
#include "core/percpu.h"
#include "ports/sched.h"

#define SLICE_NS 10000000UL /* 10 ms */
#define BOOST_NS 2000000UL  /* who has run so long is not boosted again before it stood in the queue */

struct runq {
    spinlock_t lock;
    uint32_t nr SC_GUARDED_BY(lock);
    struct vcpu *head SC_GUARDED_BY(lock) SC_NULLABLE;
    struct vcpu *tail SC_GUARDED_BY(lock) SC_NULLABLE;
};

SC_PERCPU(struct runq, runqs);

static struct runq *runq_of(const struct vcpu *v)
{
    return &runqs[v->cpu % MAX_CPUS];
}

static void runq_push_tail_locked(struct runq *q, struct vcpu *v)
{
    v->sched.next = NULL;
    if (q->tail != NULL)
        q->tail->sched.next = v;
    else
        q->head = v;
    q->tail = v;
    v->sched.queued = true;
    q->nr++;
}

static void runq_push_head_locked(struct runq *q, struct vcpu *v)
{
    v->sched.next = q->head;
    q->head = v;
    if (q->tail == NULL)
        q->tail = v;
    v->sched.queued = true;
    q->nr++;
}

/* Behind its equals: what it ran before is paid for. */
static void runq_wait_locked(struct runq *q, struct vcpu *v)
{
    v->sched.ran_ns = 0;
    runq_push_tail_locked(q, v);
}

SC_NULLABLE static struct vcpu *runq_pop_locked(struct runq *q)
{
    struct vcpu *v = q->head;

    if (v == NULL)
        return NULL;
    q->head = v->sched.next;
    if (q->head == NULL)
        q->tail = NULL;
    v->sched.next = NULL;
    v->sched.queued = false;
    q->nr--;
    return v;
}

static void runq_remove_locked(struct runq *q, struct vcpu *v)
{
    struct vcpu *prev = NULL;

    for (struct vcpu *at = q->head; at != NULL; at = at->sched.next) {
        if (at != v) {
            prev = at;
            continue;
        }
        if (prev != NULL)
            prev->sched.next = v->sched.next;
        else
            q->head = v->sched.next;
        if (q->tail == v)
            q->tail = prev;
        v->sched.next = NULL;
        v->sched.queued = false;
        q->nr--;
        return;
    }
}

int sched_vcpu_init(struct vcpu *v)
{
    v->sched.queued = false;
    v->sched.boosted = false;
    return 0;
}

void sched_vcpu_destroy(struct vcpu *v)
{
    sched_sleep(v);
}

void sched_wake(struct vcpu *v)
{
    struct runq *q = runq_of(v);
    struct cpu *cpu = &cpus[v->cpu % MAX_CPUS];

    spin_lock(&q->lock);
    if (!v->sched.queued && cpu->current != v) {
        v->sched.boosted = v->sched.ran_ns < BOOST_NS;
        if (v->sched.boosted)
            runq_push_head_locked(q, v);
        else
            runq_wait_locked(q, v);
        cpu_pend(cpu, SOFTIRQ_SCHEDULE);
    }
    spin_unlock(&q->lock);
}

void sched_sleep(struct vcpu *v)
{
    struct runq *q = runq_of(v);
    struct cpu *cpu = &cpus[v->cpu % MAX_CPUS];

    spin_lock(&q->lock);
    if (v->sched.queued)
        runq_remove_locked(q, v);
    if (cpu->current == v)
        cpu_pend(cpu, SOFTIRQ_SCHEDULE);
    spin_unlock(&q->lock);
}

void sched_yield(struct vcpu *v)
{
    struct runq *q = runq_of(v);

    if (slot_read(q->head) == NULL)
        return;
    v->sched.yielded = true;
    cpu_pend(this_cpu(), SOFTIRQ_SCHEDULE);
}

/* prev could go on: does it, or who else? */
SC_NULLABLE static struct vcpu *runq_next_locked(struct runq *q, struct vcpu *prev)
{
    struct vcpu *next;

    if (q->head == NULL || prev->sched.yielded || prev->sched.ran_ns >= SLICE_NS) {
        runq_wait_locked(q, prev);
        return runq_pop_locked(q);
    }
    if (!q->head->sched.boosted)
        return prev;
    /* It is interrupted only; the rest of its turn comes next. */
    next = runq_pop_locked(q);
    runq_push_head_locked(q, prev);
    return next;
}

struct vcpu *sched_pick(struct cpu *cpu, struct vcpu *prev, uint64_t now, uint64_t *slice_ns)
{
    struct runq *q = &runqs[cpu->id % MAX_CPUS];
    struct vcpu *next;

    spin_lock(&q->lock);
    if (prev != cpu->idle && now > prev->sched.since_ns)
        prev->sched.ran_ns += now - prev->sched.since_ns;
    if (prev != cpu->idle && vcpu_runnable(prev))
        next = runq_next_locked(q, prev);
    else
        next = runq_pop_locked(q);
    if (next == NULL)
        next = cpu->idle;
    next->sched.boosted = false;
    next->sched.yielded = false;
    next->sched.since_ns = now;
    *slice_ns = 0;
    if (q->head != NULL && next != cpu->idle)
        *slice_ns = next->sched.ran_ns < SLICE_NS ? SLICE_NS - next->sched.ran_ns : SLICE_NS;
    spin_unlock(&q->lock);
    return next;
}

SC_STRING const char *sched_name(void)
{
    return "SafeHype round robin";
}
