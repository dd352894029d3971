/* SPDX-License-Identifier: MIT */
/*
 * sched_queue.h - the part of port sched that all implementations with a queue of each CPU do alike.
 *
 * A vcpu is queued where it ran last (v->cpu, which changes with that queue's lock held).  What a CPU still holds the
 * registers of (v->on_cpu) stays there.
 *
 * This is code and no header: an implementation includes it behind its
 *
 *     struct runq { spinlock_t lock; uint32_t nr SC_ATOMIC; ... };
 *     SC_PERCPU(struct runq, runqs);
 *
 * where nr is how many wait for the CPU, and has a function for each of those that are declared here.
 */
#include "core/atomic.h"
#include "core/lock.h"
#include "core/percpu.h"
#include "ports/sched.h"
#include "ports/sched_list.h"

/* v, which is neither queued nor parked nor running, wakes and comes into q. */
static void runq_add_woken_locked(struct runq *q, struct vcpu *v);
/* Then, without the lock: whom it concerns is told. */
static void runq_tell_woken(struct cpu *cpu, const struct vcpu *v);
/* v, which is queued or parked, leaves q. */
static void runq_remove_locked(struct runq *q, struct vcpu *v);
/* v goes to another CPU's queue, in which it waits as it did in this one, if it did. */
static void runq_move_locked(struct runq *from, struct runq *to, struct vcpu *v);
/* v, which is neither queued nor parked nor running, is to wake in another CPU's queue. */
static void runq_leave_locked(const struct runq *q, struct vcpu *v);
/* Anyone who is queued or parked there. */
SC_NULLABLE static struct vcpu *runq_any_locked(const struct runq *q);
/* The CPU's queue is empty: its lists, with their numbers, and what it counts. */
static void runq_begin_locked(struct runq *q, uint32_t cpu);
/* v, which is in no list, comes as if it were new; it runs (v->sched.running) or waits here if it is runnable. */
static void runq_take_locked(struct runq *q, struct vcpu *v);

static struct cpu *cpu_of(const struct vcpu *v)
{
    return &cpus[atomic_read32(&v->cpu) % MAX_CPUS];
}

static struct runq *runq_of(const struct cpu *cpu)
{
    return &runqs[cpu->id % MAX_CPUS];
}

/* May v go to another CPU? */
static bool can_go_locked(const struct vcpu *v)
{
    return !v->sched.running && atomic_read8(&v->on_cpu) == 0;
}

/* ---- CPUs that go out of service ---- */

/* The CPU for it where the fewest are, of those in service. */
static struct cpu *new_home(struct vcpu *v)
{
    uint32_t best = 0, least = UINT32_MAX;

    for (uint64_t left = sched_new_homes(v); left != 0; left &= left - 1) {
        uint32_t i = (uint32_t)__builtin_ctzl(left) % MAX_CPUS;
        uint32_t n = atomic_read32(&runqs[i].nr) + !sched_cpu_is_idle(&cpus[i]);

        if (n < least) {
            least = n;
            best = i;
        }
    }
    return &cpus[best];
}

/* Away from a CPU that is not in service; false: its registers are still there, or it has gone already. */
static bool rehome(const struct cpu *cpu, struct vcpu *v)
{
    struct cpu *home = new_home(v);
    struct runq *from = runq_of(cpu), *to = runq_of(home);
    bool moved;

    spin_lock_pair(&from->lock, cpu->id, &to->lock, home->id);
    moved = cpu != home && cpu_of(v) == cpu && can_go_locked(v);
    if (moved) {
        runq_move_locked(from, to, v);
        atomic_write32(&v->cpu, home->id);
    }
    spin_unlock_pair(&from->lock, &to->lock);
    if (moved)
        cpu_pend(home, SOFTIRQ_SCHEDULE);
    return moved;
}

void sched_drain(struct cpu *cpu)
{
    struct runq *q = runq_of(cpu);
    struct vcpu *v;

    do {
        spin_lock(&q->lock);
        v = runq_any_locked(q);
        spin_unlock(&q->lock);
    } while (v != NULL && rehome(cpu, v));
}

/* ---- waking and sleeping ---- */

/* Queue v there, if it waits nowhere and is still to run: who unblocked it may come late, when v has run on and sleeps
 * again.  False: it has gone to another CPU meanwhile, or has to, or to one that it likes. */
static bool wake_at(struct cpu *cpu, struct vcpu *v)
{
    struct runq *q = runq_of(cpu);
    uint32_t better = sched_find_better(v, cpu->id);
    bool here, woken = false;

    if (unlikely(!cpu_in_service(cpu->id)) && rehome(cpu, v))
        return false;
    spin_lock(&q->lock);
    here = cpu_of(v) == cpu;
    if (here && unlikely(!cpu_in_service(cpu->id)) && can_go_locked(v))
        here = false; /* it can go now */
    if (here && vcpu_runnable(v) && v->sched.list == 0 && !v->sched.running) {
        if (better < MAX_CPUS && can_go_locked(v)) {
            runq_leave_locked(q, v);
            atomic_write32(&v->cpu, better);
            spin_unlock(&q->lock);
            return false;
        }
        runq_add_woken_locked(q, v);
        woken = true;
    }
    spin_unlock(&q->lock);
    if (woken)
        runq_tell_woken(cpu, v);
    return here;
}

void sched_wake(struct vcpu *v)
{
    while (!wake_at(cpu_of(v), v))
        continue;
}

/* Out of the queue there, and off the CPU; false: it has gone to another.  Not if it is to run again meanwhile: who
 * woke it found it queued, and has left it at that. */
static bool sleep_at(struct cpu *cpu, struct vcpu *v)
{
    struct runq *q = runq_of(cpu);
    bool here, running;

    spin_lock(&q->lock);
    here = cpu_of(v) == cpu;
    running = here && v->sched.running;
    if (here && v->sched.list != 0 && !vcpu_runnable(v))
        runq_remove_locked(q, v);
    spin_unlock(&q->lock);
    if (running)
        cpu_pend(cpu, SOFTIRQ_SCHEDULE);
    return here;
}

void sched_sleep(struct vcpu *v)
{
    while (!sleep_at(cpu_of(v), v))
        continue;
}

void sched_vcpu_destroy(struct vcpu *v)
{
    sched_sleep(v);
}

void sched_yield(struct vcpu *v)
{
    if (atomic_read32(&runqs[atomic_read32(&v->cpu) % MAX_CPUS].nr) == 0)
        return;
    v->sched.yielded = true;
    cpu_pend(this_cpu(), SOFTIRQ_SCHEDULE);
}

/* ---- begin, and hand-over: nothing else runs ---- */

/* In no list, whatever it said before: those that said so are of another scheduler, or empty by now. */
static void vcpu_forget(struct vcpu *v)
{
    const struct cpu *cpu = cpu_of(v);

    v->sched.next = v->sched.prev = NULL;
    v->sched.list = 0;
    v->sched.running = slot_read(cpu->current) == v;
    v->sched.yielded = v->sched.boosted = v->sched.moved = false;
    v->sched.since_ns = now_ns();
    v->sched.ran_ns = 0;
}

static void vcpu_take(struct vcpu *v)
{
    struct runq *q = runq_of(cpu_of(v));

    spin_lock(&q->lock);
    runq_take_locked(q, v);
    spin_unlock(&q->lock);
}

/* Empty queues, and in them or running those that there are. */
static void queues_begin(void)
{
    for (uint32_t i = 0; i < MAX_CPUS; i++) {
        spin_lock(&runqs[i].lock);
        runq_begin_locked(&runqs[i], i);
        spin_unlock(&runqs[i].lock);
    }
    for (struct domain *d = slot_read(domain_list); d != NULL; d = slot_read(d->next)) {
        for (uint32_t i = 0; i < d->max_vcpus && i < MAX_VCPUS; i++) {
            if (d->vcpu[i] != NULL)
                vcpu_forget(d->vcpu[i]);
        }
    }
    for (struct domain *d = slot_read(domain_list); d != NULL; d = slot_read(d->next)) {
        for (uint32_t i = 0; i < d->max_vcpus && i < MAX_VCPUS; i++) {
            if (d->vcpu[i] != NULL)
                vcpu_take(d->vcpu[i]);
        }
    }
}
