/* SPDX-License-Identifier: MIT */
/*
 * Round robin with boost: a FIFO run queue per CPU; a vcpu woken by an event
 * goes to the front once, so that I/O is served while others compute; but not one
 * that computes itself, whose short sleeps would be a way around the queue.
 *
 * Where a vcpu is queued ports/sched_queue.h says.  A CPU whose queue is empty takes from
 * another's, and one that has nothing to do is told when a busy one's queue grows.
 */
#include "core/atomic.h"
#include "core/lock.h"
#include "core/percpu.h"
#include "ports/sched.h"
#include "ports/sched_list.h"

#define SLICE_NS 10000000UL /* 10 ms */
#define BOOST_NS 2000000UL  /* who has run so long is not boosted again before it stood in the queue */

struct runq {
    spinlock_t lock __attribute__((aligned(4096))); /* pages of its own: its CPU's node's */
    uint32_t nr SC_ATOMIC;                          /* written with the lock held */
    struct vcpu_list ready SC_GUARDED_BY(lock);
};

SC_PERCPU(struct runq, runqs);

#include "ports/sched_queue.h"

static void runq_insert_locked(struct runq *q, struct vcpu *at SC_NULLABLE, struct vcpu *v)
{
    list_insert_locked(&q->ready, at, v);
    atomic_write32(&q->nr, atomic_read32(&q->nr) + 1);
}

static void runq_remove_locked(struct runq *q, struct vcpu *v)
{
    list_remove_locked(&q->ready, v);
    atomic_write32(&q->nr, atomic_read32(&q->nr) - 1);
}

/* Behind its equals: what it ran before is paid for. */
static void runq_wait_locked(struct runq *q, struct vcpu *v)
{
    v->sched.ran_ns = 0;
    runq_insert_locked(q, q->ready.tail, v);
}

SC_NULLABLE static struct vcpu *runq_pop_locked(struct runq *q)
{
    struct vcpu *v = q->ready.head;

    if (v != NULL)
        runq_remove_locked(q, v);
    return v;
}

static void runq_add_woken_locked(struct runq *q, struct vcpu *v)
{
    v->sched.boosted = v->sched.ran_ns < BOOST_NS;
    if (v->sched.boosted)
        runq_insert_locked(q, NULL, v);
    else
        runq_wait_locked(q, v);
}

static void runq_tell_woken(struct cpu *cpu, const struct vcpu *v)
{
    sched_tell_woken(cpu, v);
}

static void runq_move_locked(struct runq *from, struct runq *to, struct vcpu *v)
{
    if (v->sched.list != 0) {
        runq_remove_locked(from, v);
        runq_insert_locked(to, to->ready.tail, v);
    }
}

static void runq_leave_locked(const struct runq *q, struct vcpu *v) {}

SC_NULLABLE static struct vcpu *runq_any_locked(const struct runq *q)
{
    return q->ready.head;
}

/* All are equal: nothing is kept of a domain. */
void sched_domain_init(struct domain *d) {}

int sched_domain_get(const struct domain *d, struct sched_params *p)
{
    return -EOPNOTSUPP;
}

int sched_domain_set(struct domain *d, const struct sched_params *p)
{
    return -EOPNOTSUPP;
}

int sched_vcpu_init(struct vcpu *v)
{
    v->sched.list = 0;
    v->sched.boosted = false;
    return 0;
}

/* prev could go on: does it, or who else? */
SC_NULLABLE static struct vcpu *runq_next_locked(struct runq *q, struct vcpu *prev)
{
    const struct vcpu *head = q->ready.head;
    struct vcpu *next;

    if (head == NULL || prev->sched.yielded || prev->sched.ran_ns >= SLICE_NS) {
        runq_wait_locked(q, prev);
        return runq_pop_locked(q);
    }
    if (!head->sched.boosted)
        return prev;
    /* It is interrupted only; the rest of its turn comes next. */
    next = runq_pop_locked(q);
    runq_insert_locked(q, NULL, prev);
    return next;
}

/* The first of the queue that this CPU may run, out of it. */
SC_NULLABLE static struct vcpu *runq_steal_locked(struct runq *q, struct cpu *cpu)
{
    for (struct vcpu *v = q->ready.head; v != NULL; v = v->sched.next) {
        if (sched_may_take(v, cpu->id)) {
            runq_remove_locked(q, v);
            v->sched.running = true;
            atomic_write32(&v->cpu, cpu->id);
            return v;
        }
    }
    return NULL;
}

/* From the queues of the others, the next CPU's first. */
SC_NULLABLE static struct vcpu *steal(struct cpu *cpu)
{
    struct vcpu *v = NULL;

    for (uint32_t i = 1; i < nr_cpus && i < MAX_CPUS && v == NULL; i++) {
        struct runq *q = &runqs[(cpu->id + i) % nr_cpus % MAX_CPUS];

        if (atomic_read32(&q->nr) == 0)
            continue;
        spin_lock(&q->lock);
        v = runq_steal_locked(q, cpu);
        spin_unlock(&q->lock);
    }
    return v;
}

/* From this CPU's own queue, or prev; null: neither.  The CPUs of the first that waits; none: nobody does. */
SC_NULLABLE static struct vcpu *pick_own(struct cpu *cpu, struct vcpu *prev, uint64_t now,
                                         struct sched_where *waits_for)
{
    struct runq *q = runq_of(cpu);
    struct vcpu *next;

    spin_lock(&q->lock);
    if (prev != cpu->idle) {
        if (now > prev->sched.since_ns)
            prev->sched.ran_ns += now - prev->sched.since_ns;
        prev->sched.running = false;
    }
    if (prev != cpu->idle && vcpu_runnable(prev))
        next = runq_next_locked(q, prev);
    else
        next = runq_pop_locked(q);
    if (next != NULL)
        next->sched.running = true;
    *waits_for = q->ready.head != NULL ? sched_where(q->ready.head) : (struct sched_where){ 0, 0 };
    spin_unlock(&q->lock);
    return next;
}

struct vcpu *sched_pick(struct cpu *cpu, struct vcpu *prev, uint64_t now, uint64_t *slice_ns)
{
    struct sched_where waits_for;
    struct vcpu *next = pick_own(cpu, prev, now, &waits_for);

    if (next == NULL)
        next = steal(cpu);
    if (next == NULL)
        next = cpu->idle;
    next->sched.boosted = false;
    next->sched.yielded = false;
    next->sched.since_ns = now;
    *slice_ns = 0;
    if (atomic_read32(&runq_of(cpu)->nr) != 0 && next != cpu->idle) {
        *slice_ns = next->sched.ran_ns < SLICE_NS ? SLICE_NS - next->sched.ran_ns : SLICE_NS;
        /* Who looked for work before found it still held by a CPU perhaps; each turn is a new chance. */
        if (nr_cpus > 1)
            sched_tell_idle(waits_for);
    }
    return next;
}

void sched_quit(struct cpu *cpu, struct vcpu *prev, uint64_t now)
{
    struct runq *q = runq_of(cpu);

    spin_lock(&q->lock);
    if (now > prev->sched.since_ns)
        prev->sched.ran_ns += now - prev->sched.since_ns;
    prev->sched.running = false;
    if (vcpu_runnable(prev))
        runq_insert_locked(q, NULL, prev);
    spin_unlock(&q->lock);
}

SC_STRING const char *sched_name(void)
{
    return "SafeHype round robin";
}

uint32_t sched_abi_id(void)
{
    return SCHED_ABI_NONE;
}

/* ---- begin, and hand-over ---- */

static void runq_begin_locked(struct runq *q, uint32_t cpu)
{
    q->ready = (struct vcpu_list){ NULL, NULL, LIST_READY(cpu) };
    atomic_write32(&q->nr, 0);
}

static void runq_take_locked(struct runq *q, struct vcpu *v)
{
    if (!v->sched.running && vcpu_runnable(v))
        runq_insert_locked(q, q->ready.tail, v);
}

/* All that the next one needs is in the vcpus. */
void sched_export_state(void) {}

int sched_import_state(void)
{
    queues_begin();
    return 0;
}
