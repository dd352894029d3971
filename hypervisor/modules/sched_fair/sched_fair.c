/* SPDX-License-Identifier: MIT */
/*
 * Weighted fair, as Xen's credit2: a vcpu's virtual time is what it has run over its weight, and the vcpu with the
 * least runs.  README.md says why who wakes soon runs, and how a cap is kept.
 *
 * A vcpu is queued where ports/sched_queue.h says, in the order of virtual times, which are a queue's own: who goes to
 * another CPU takes only its distance along.  A CPU whose queue is empty takes from another's, and one that has nothing
 * to do is told when a busy one's queue grows.
 */
#include "core/atomic.h"
#include "core/lock.h"
#include "core/percpu.h"
#include "modules/sched_fair/sched_fair_private.h"

SC_PERCPU(struct runq, runqs);

#include "ports/sched_queue.h"

/* ---- time ---- */

/* The running vcpu pays for what it has run up to now. */
static void charge_locked(struct runq *q, uint64_t now)
{
    struct vcpu *v = q->running;
    const struct vcpu *head = q->ready.head;
    uint64_t ran;

    if (v == NULL || now <= v->sched.since_ns)
        return;
    ran = ran_since(v->sched.since_ns, now);
    if (cap_is_set(v->domain))
        cap_charge(v->domain, v->sched.since_ns, ran);
    v->sched.since_ns = now;
    v->sched.ran_ns += ran;
    v->sched.vtime_ns += virtual_ns(v, ran);
    q->least_ns = least_of(q->least_ns, v->sched.vtime_ns, head != NULL ? head->sched.vtime_ns : v->sched.vtime_ns);
}

/* How long v's turn is.  Beside a heavier one it is shorter, so that this one waits for no more than it makes up for in
 * a turn; one that lives on its bonus has others of its kind waiting. */
static uint64_t slice_ns_locked(const struct runq *q, const struct vcpu *v)
{
    const struct vcpu *head = q->ready.head;

    if (head == NULL)
        return SLICE_MAX_NS;
    if (before(v->sched.vtime_ns, q->least_ns))
        return SLICE_MIN_NS;
    return slice_of(atomic_read32(&q->nr), atomic_read32(&v->domain->sched.rate),
                    atomic_read32(&head->domain->sched.rate));
}

/* When to look again: v's slice, its domain's cap, who is parked; 0: nothing to look for. */
static uint64_t limit_ns_locked(const struct runq *q, const struct vcpu *v SC_NULLABLE, uint64_t now)
{
    uint64_t turn = NEVER, cap = NEVER, due = NEVER;

    if (v != NULL && q->ready.head != NULL)
        turn = turn_left_ns(slice_ns_locked(q, v), v->sched.ran_ns);
    if (v != NULL && cap_is_set(v->domain))
        cap = cap_left_ns(v->domain, now);
    if (q->parked.head != NULL)
        due = until_ns(q->unpark_ns, now);
    return look_after_ns(turn, cap, due);
}

/* ---- vcpus come and go ---- */

int sched_vcpu_init(struct vcpu *v)
{
    return 0;
}

static void runq_move_locked(struct runq *from, struct runq *to, struct vcpu *v)
{
    uint32_t list = v->sched.list;

    if (list != 0)
        runq_remove_locked(from, v);
    if (!v->sched.moved)
        v->sched.vtime_ns += to->least_ns - from->least_ns;
    if (list == from->ready.number)
        ready_add_locked(to, v);
    else if (list == from->parked.number)
        parked_add_locked(to, v);
}

/* With its distance. */
static void runq_leave_locked(const struct runq *q, struct vcpu *v)
{
    v->sched.vtime_ns -= q->least_ns;
    v->sched.moved = true;
}

static void runq_add_woken_locked(struct runq *q, struct vcpu *v)
{
    charge_locked(q, now_ns());
    if (v->sched.moved)
        v->sched.vtime_ns += q->least_ns;
    v->sched.moved = false;
    v->sched.vtime_ns = woken_at(v->sched.vtime_ns, q->least_ns, virtual_ns(v, BONUS_NS));
    ready_add_woken_locked(q, v);
}

/* It looks who is first, and tells an idle one of who is left. */
static void runq_tell_woken(struct cpu *cpu, const struct vcpu *v)
{
    cpu_pend(cpu, SOFTIRQ_SCHEDULE);
}

static void runq_remove_locked(struct runq *q, struct vcpu *v)
{
    wait_ends_locked(q, v);
}

SC_NULLABLE static struct vcpu *runq_any_locked(const struct runq *q)
{
    return q->ready.head != NULL ? q->ready.head : q->parked.head;
}

/* ---- who is next ---- */

/* v could run on: does it? */
static bool goes_on_locked(const struct runq *q, const struct vcpu *v)
{
    const struct vcpu *head = q->ready.head;

    if (head == NULL)
        return true;
    if (v->sched.yielded || v->sched.ran_ns >= slice_ns_locked(q, v))
        return false;
    return !before(head->sched.vtime_ns + virtual_ns(head, LEAD_NS), v->sched.vtime_ns);
}

static void start_locked(struct runq *q, struct vcpu *v, uint64_t now)
{
    v->sched.running = true;
    v->sched.yielded = false;
    v->sched.since_ns = now;
    q->running = v;
}

/* The CPUs of the first that waits; none: nobody does. */
static struct sched_where waits_for_locked(const struct runq *q)
{
    const struct vcpu *v = q->ready.head;

    return v != NULL ? sched_where(v) : (struct sched_where){ 0, 0 };
}

SC_NULLABLE static struct vcpu *pick_own(struct runq *q, struct vcpu *prev SC_NULLABLE, uint64_t now,
                                         uint64_t *limit_ns, struct sched_where *waits_for)
{
    struct vcpu *next = NULL;

    spin_lock(&q->lock);
    charge_locked(q, now);
    q->running = NULL;
    if (prev != NULL)
        prev->sched.running = false;
    unpark_locked(q, now);
    if (prev != NULL && vcpu_runnable(prev) && !turn_ends_locked(q, prev, goes_on_locked(q, prev), now))
        next = prev;
    if (next == NULL)
        next = ready_first_locked(q, now);
    if (next != NULL)
        start_locked(q, next, now);
    *limit_ns = limit_ns_locked(q, next, now);
    *waits_for = waits_for_locked(q);
    spin_unlock(&q->lock);
    return next;
}

/* The first of the queue that this CPU may run, out of it, and the CPU's own; its virtual time is the distance. */
SC_NULLABLE static struct vcpu *take_from(struct runq *q, const struct cpu *cpu, uint64_t now,
                                          struct sched_where *waits_for)
{
    struct vcpu *v;

    spin_lock(&q->lock);
    for (v = q->ready.head; v != NULL; v = v->sched.next) {
        if (sched_may_take(v, cpu->id) && !cap_is_over(v, now)) {
            ready_remove_locked(q, v);
            v->sched.running = true;
            v->sched.vtime_ns -= q->least_ns;
            atomic_write32(&v->cpu, cpu->id);
            break;
        }
    }
    *waits_for = waits_for_locked(q);
    spin_unlock(&q->lock);
    return v;
}

/* From the queues of the others, the next CPU's first. */
SC_NULLABLE static struct vcpu *steal(struct cpu *cpu, uint64_t now, uint64_t *limit_ns, struct sched_where *waits_for)
{
    struct runq *own = runq_of(cpu);
    struct vcpu *v = NULL;

    for (uint32_t i = 1; i < nr_cpus && i < MAX_CPUS && v == NULL; i++) {
        struct runq *q = &runqs[(cpu->id + i) % nr_cpus % MAX_CPUS];

        if (atomic_read32(&q->nr) != 0)
            v = take_from(q, cpu, now, waits_for);
    }
    if (v == NULL)
        return NULL;
    spin_lock(&own->lock);
    v->sched.vtime_ns += own->least_ns;
    start_locked(own, v, now);
    *limit_ns = limit_ns_locked(own, v, now);
    spin_unlock(&own->lock);
    return v;
}

struct vcpu *sched_pick(struct cpu *cpu, struct vcpu *prev, uint64_t now, uint64_t *slice_ns)
{
    struct sched_where waits_for;
    struct vcpu *next = pick_own(runq_of(cpu), prev != cpu->idle ? prev : NULL, now, slice_ns, &waits_for);

    if (next == NULL)
        next = steal(cpu, now, slice_ns, &waits_for);
    if (next != NULL && waits_for.may != 0 && nr_cpus > 1)
        sched_tell_idle(waits_for);
    return next != NULL ? next : cpu->idle;
}

void sched_quit(struct cpu *cpu, struct vcpu *prev, uint64_t now)
{
    struct runq *q = runq_of(cpu);

    spin_lock(&q->lock);
    charge_locked(q, now);
    q->running = NULL;
    prev->sched.running = false;
    if (vcpu_runnable(prev))
        ready_add_locked(q, prev);
    spin_unlock(&q->lock);
}

SC_STRING const char *sched_name(void)
{
    return "SafeHype weighted fair (credit2)";
}

uint32_t sched_abi_id(void)
{
    return SCHED_ABI_CREDIT2;
}

/* ---- begin, and hand-over ---- */

static void runq_begin_locked(struct runq *q, uint32_t cpu)
{
    q->ready = (struct vcpu_list){ NULL, NULL, LIST_READY(cpu) };
    q->parked = (struct vcpu_list){ NULL, NULL, LIST_PARKED(cpu) };
    atomic_write32(&q->nr, 0);
    q->running = NULL;
    q->least_ns = 0;
    q->unpark_ns = UINT64_MAX;
}

/* As if it had just come, at no distance from the others. */
static void runq_take_locked(struct runq *q, struct vcpu *v)
{
    if (atomic_read32(&v->domain->sched.weight) == 0)
        sched_domain_init(v->domain);
    v->sched.vtime_ns = q->least_ns;
    if (v->sched.running)
        q->running = v;
    else if (vcpu_runnable(v))
        ready_add_locked(q, v);
}

/* All that the next one needs is in the vcpus. */
void sched_export_state(void) {}

int sched_import_state(void)
{
    queues_begin();
    return 0;
}
