/* SPDX-License-Identifier: MIT */
/*
 * Lottery scheduling: every turn is drawn. A vcpu that waits holds as many tickets as its domain's weight says; so has
 * the one that runs, if it could go on. Who sleeps before its turn is over holds more until it wins again, by what it
 * left of it: its share is of time, not of turns. Nothing else is kept: no virtual times, no order, nothing to catch up
 * with. (C. A. Waldspurger, W. E. Weihl: Lottery Scheduling: Flexible Proportional-Share Resource Management. OSDI
 * 1994.)
 *
 * Where a vcpu waits ports/sched_queue.h says. A CPU with an empty queue takes from another's.
 */
#include "core/atomic.h"
#include "core/lock.h"
#include "core/percpu.h"
#include "core/rcu.h"
#include "core/timerq.h"
#include "ports/sched.h"
#include "ports/sched_list.h"

#define TURN_NS 5000000UL /* 5 ms */
#define BONUS_MAX 16      /* who sleeps early holds at most so many times its tickets */

struct runq {
    spinlock_t lock __attribute__((aligned(4096))); /* pages of its own: its CPU's node's */
    uint32_t nr SC_ATOMIC;                          /* written with the lock held */
    uint64_t tickets SC_GUARDED_BY(lock);           /* of those that wait */
    uint64_t seed SC_GUARDED_BY(lock);
    struct vcpu_list ready SC_GUARDED_BY(lock);
};

SC_PERCPU(struct runq, runqs);

#include "ports/sched_queue.h"

/* ---- tickets ---- */

static uint64_t weight_of(const struct domain *d)
{
    uint32_t weight = atomic_read32(&d->sched.weight);

    return weight != 0 ? weight : SCHED_WEIGHT_DEFAULT;
}

/* Of a vcpu that waits; ran_ns is how much of its last turn it took, which does not change while it does. */
static uint64_t tickets_of(const struct vcpu *v)
{
    uint64_t took = v->sched.ran_ns < TURN_NS / BONUS_MAX ? TURN_NS / BONUS_MAX : v->sched.ran_ns;

    return took >= TURN_NS ? weight_of(v->domain) : weight_of(v->domain) * TURN_NS / took;
}

/* xorshift64* (S. Vigna, An experimental exploration of Marsaglia's xorshift generators, scrambled). Who guesses it
 * gains turns, no more. */
static uint64_t random_locked(struct runq *q)
{
    uint64_t x = q->seed != 0 ? q->seed : now_ns() | 1;

    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    q->seed = x;
    return x * 0x2545f4914f6cdd1dUL;
}

/* ---- the queue, in no order ---- */

/* vtime_ns is what it brought: the weight may change while it waits. */
static void runq_add_locked(struct runq *q, struct vcpu *v)
{
    v->sched.vtime_ns = tickets_of(v);
    list_insert_locked(&q->ready, NULL, v);
    q->tickets += v->sched.vtime_ns;
    atomic_write32(&q->nr, atomic_read32(&q->nr) + 1);
}

static void runq_remove_locked(struct runq *q, struct vcpu *v)
{
    list_remove_locked(&q->ready, v);
    q->tickets -= v->sched.vtime_ns;
    atomic_write32(&q->nr, atomic_read32(&q->nr) - 1);
}

static void runq_add_woken_locked(struct runq *q, struct vcpu *v)
{
    runq_add_locked(q, v);
}

/* It makes a new draw. */
static void runq_tell_woken(struct cpu *cpu, const struct vcpu *v)
{
    sched_tell_woken(cpu, v);
}

static void runq_move_locked(struct runq *from, struct runq *to, struct vcpu *v)
{
    if (v->sched.list != 0) {
        runq_remove_locked(from, v);
        runq_add_locked(to, v);
    }
}

static void runq_leave_locked(const struct runq *q, struct vcpu *v) {}

SC_NULLABLE static struct vcpu *runq_any_locked(const struct runq *q)
{
    return q->ready.head;
}

/* Whose ticket wins, of those that wait and those that `also` holds; null: also's. */
SC_NULLABLE static struct vcpu *draw_locked(struct runq *q, uint64_t also)
{
    uint64_t all = q->tickets + also, left = all != 0 ? random_locked(q) % all : 0;

    for (struct vcpu *v = q->ready.head; v != NULL; v = v->sched.next) {
        if (left < v->sched.vtime_ns)
            return v;
        left -= v->sched.vtime_ns;
    }
    return NULL;
}

/* ---- domains and vcpus ---- */

void sched_domain_init(struct domain *d)
{
    atomic_write32(&d->sched.weight, SCHED_WEIGHT_DEFAULT);
}

int sched_domain_get(const struct domain *d, struct sched_params *p)
{
    p->weight = (uint16_t)weight_of(d);
    p->cap = 0;
    return 0;
}

int sched_domain_set(struct domain *d, const struct sched_params *p)
{
    if (p->cap != 0)
        return -EOPNOTSUPP;
    if (p->weight != 0)
        atomic_write32(&d->sched.weight, p->weight);
    return 0;
}

int sched_vcpu_init(struct vcpu *v)
{
    v->sched.list = 0;
    v->sched.ran_ns = TURN_NS;
    return 0;
}

/* ---- the draw ---- */

/* prev stops, or its turn is over, or somebody has come: what it took of its turn. */
static void charge(struct vcpu *v, uint64_t now)
{
    if (now > v->sched.since_ns)
        v->sched.ran_ns += now - v->sched.since_ns;
    v->sched.running = false;
}

/* prev could go on, and takes part with its weight unless it gives way; who wins. */
SC_NULLABLE static struct vcpu *next_locked(struct runq *q, struct vcpu *prev)
{
    struct vcpu *next = draw_locked(q, prev->sched.yielded ? 0 : weight_of(prev->domain));

    prev->sched.ran_ns = TURN_NS; /* it did not sleep: it has no claim to more */
    if (next == NULL)
        return prev;
    runq_remove_locked(q, next);
    runq_add_locked(q, prev);
    return next;
}

/* From this CPU's own queue, or prev; null: neither. */
SC_NULLABLE static struct vcpu *pick_own(struct cpu *cpu, struct vcpu *prev, uint64_t now)
{
    struct runq *q = runq_of(cpu);
    struct vcpu *next;

    spin_lock(&q->lock);
    if (prev != cpu->idle)
        charge(prev, now);
    if (prev != cpu->idle && vcpu_runnable(prev)) {
        next = next_locked(q, prev);
    } else {
        next = draw_locked(q, 0);
        if (next != NULL)
            runq_remove_locked(q, next);
    }
    if (next != NULL)
        next->sched.running = true;
    spin_unlock(&q->lock);
    return next;
}

/* One of the queue that this CPU may run, out of it. */
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

/* Somebody waits while this CPU has enough to do: each turn is a new chance for one that is idle. */
static bool others_wait(struct runq *q)
{
    struct sched_where w = { 0, 0 };

    spin_lock(&q->lock);
    if (q->ready.head != NULL)
        w = sched_where(q->ready.head);
    spin_unlock(&q->lock);
    if (w.may != 0 && nr_cpus > 1)
        sched_tell_idle(w);
    return w.may != 0;
}

struct vcpu *sched_pick(struct cpu *cpu, struct vcpu *prev, uint64_t now, uint64_t *slice_ns)
{
    struct vcpu *next = pick_own(cpu, prev, now);

    *slice_ns = 0;
    if (next == NULL)
        next = steal(cpu);
    if (next == NULL)
        return cpu->idle;
    next->sched.yielded = false;
    next->sched.since_ns = now;
    next->sched.ran_ns = 0;
    if (others_wait(runq_of(cpu)))
        *slice_ns = TURN_NS;
    return next;
}

void sched_quit(struct cpu *cpu, struct vcpu *prev, uint64_t now)
{
    struct runq *q = runq_of(cpu);

    spin_lock(&q->lock);
    charge(prev, now);
    prev->sched.ran_ns = TURN_NS;
    if (vcpu_runnable(prev))
        runq_add_locked(q, prev);
    spin_unlock(&q->lock);
}

/* ---- begin, and in place of another scheduler ---- */

static void runq_begin_locked(struct runq *q, uint32_t cpu)
{
    q->ready = (struct vcpu_list){ NULL, NULL, LIST_READY(cpu) };
    q->tickets = 0;
    atomic_write32(&q->nr, 0);
}

static void runq_take_locked(struct runq *q, struct vcpu *v)
{
    v->sched.ran_ns = TURN_NS;
    if (vcpu_runnable(v) && !v->sched.running)
        runq_add_locked(q, v);
}

/* All that the next one needs is in the vcpus. */
void sched_export_state(void) {}

int sched_import_state(void)
{
    queues_begin();
    return 0;
}

SC_STRING const char *sched_name(void)
{
    return "SafeHype lottery";
}

uint32_t sched_abi_id(void)
{
    return SCHED_ABI_NONE;
}
