/* SPDX-License-Identifier: MIT */
#include "sim.h"

struct sim_vcpu sim[SIM_MAX];
unsigned nr_sim;
uint64_t sim_now = SECOND, sim_decisions;

/* ---- the core that the modules see ---- */

static struct cpu_top top;
uint64_t sim_stack_end = (uint64_t)(uintptr_t)(&top + 1);
struct cpu cpus[MAX_CPUS];
uint32_t nr_cpus;
uint64_t cpus_online = UINT64_MAX;
enum sched_choice opt_sched;
struct domain *domain_list;

static struct vcpu idle[MAX_CPUS];
static struct domain idle_domain;
static uint64_t slice_end[MAX_CPUS]; /* 0: none */
static spinlock_t *held;

uint64_t now_ns(void)
{
    return sim_now;
}

void spin_lock(spinlock_t *lock)
{
    assert_null(held); /* the schedulers take one at a time */
    held = lock;
}

void spin_unlock(spinlock_t *lock)
{
    assert_ptr_equal(held, lock);
    held = NULL;
}

/* Two, of two CPUs. */
void spin_lock_pair(spinlock_t *a, unsigned a_id, spinlock_t *b, unsigned b_id)
{
    assert_int_equal(a_id == b_id, a == b);
    spin_lock(a);
}

void spin_unlock_pair(spinlock_t *a, spinlock_t *b)
{
    spin_unlock(a);
}

void cpu_look(const struct cpu *cpu)
{
}

static struct sim_vcpu *sim_of(const struct vcpu *v)
{
    for (unsigned i = 0; i < nr_sim; i++) {
        if (sim[i].vcpu == v)
            return &sim[i];
    }
    return NULL;
}

/* ---- invariants ---- */

static bool may_be_run(const struct vcpu *v, unsigned cpu)
{
    return (v->sched.affinity >> cpu & 1) != 0;
}

static bool is_idle(unsigned cpu)
{
    return cpus[cpu].current == cpus[cpu].idle;
}

static bool idles_for(const struct vcpu *v)
{
    for (unsigned i = 0; i < nr_cpus; i++) {
        if (is_idle(i) && cpu_in_service(i) && may_be_run(v, i))
            return true;
    }
    return false;
}

/* A domain that has used up its cap is not to be served, queued or not. */
static bool is_capped(const struct domain *d)
{
    return d->sched.cap != 0 && d->sched.cap_clock_ns >= sim_now - sim_now % SIM_CAP_PERIOD_NS + SIM_CAP_PERIOD_NS;
}

static void check_vcpu(struct sim_vcpu *s)
{
    const struct vcpu *v = s->vcpu;
    unsigned runs = 0, in_care = (v->sched.list != 0) + v->sched.running;

    for (unsigned i = 0; i < nr_cpus; i++)
        runs += cpus[i].current == v;
    assert_true(runs <= 1);
    assert_int_equal(v->sched.running, runs);
    assert_int_equal(in_care, vcpu_runnable(v));
    if (v->sched.list == 0 || is_capped(v->domain) || !idles_for(v))
        s->stranded_at = sim_now;
    assert_true(sim_now - s->stranded_at <= 10 * MS);
}

/* ---- CPUs ---- */

static void cpu_schedule(unsigned nr)
{
    struct cpu *cpu = &cpus[nr];
    struct vcpu *prev = cpu->current, *next;
    struct sim_vcpu *s;
    uint64_t slice;

    top.cpu = cpu;
    cpu->pending = 0;
    if (cpu_in_service(nr)) {
        next = sched_pick(cpu, prev, sim_now, &slice);
    } else {
        if (prev != cpu->idle)
            sched_quit(cpu, prev, sim_now);
        next = cpu->idle;
        slice = 0;
    }
    assert_null(held);
    assert_non_null(next);
    assert_true(next == cpu->idle || may_be_run(next, nr));
    sim_decisions++;
    slice_end[nr] = slice != 0 ? sim_now + slice : 0;
    s = sim_of(next);
    if (s != NULL && s->waits) {
        s->waits = false;
        if (sim_now - s->woken_at > s->worst_wait_ns)
            s->worst_wait_ns = sim_now - s->woken_at;
    }
    if (next == prev)
        return;
    assert_int_equal(next->on_cpu, 0);
    assert_true(next == cpu->idle || cpu_in_service(nr));
    cpu->current = next;
    next->on_cpu = next != cpu->idle;
    prev->on_cpu = 0;
}

void sim_cpu_off(unsigned nr)
{
    cpus_online &= ~(1UL << nr);
    cpu_schedule(nr);
    sched_drain(&cpus[nr]);
}

void sim_cpu_on(unsigned nr)
{
    cpus_online |= 1UL << nr;
    cpus[nr].pending |= 1U << SOFTIRQ_SCHEDULE;
}

void sim_settle(void)
{
    unsigned rounds = 0;
    bool again = true;

    while (again) {
        again = false;
        assert_true(rounds++ < 1000);
        for (unsigned i = 0; i < nr_cpus; i++) {
            if (cpus[i].pending != 0) {
                cpu_schedule(i);
                again = true;
            }
        }
    }
    for (unsigned i = 0; i < nr_sim; i++)
        check_vcpu(&sim[i]);
}

void sim_start(enum sched_choice choice, unsigned nr)
{
    opt_sched = choice;
    nr_cpus = nr;
    cpus_online = (1UL << nr) - 1;
    nr_sim = 0;
    sim_now += SECOND;
    for (unsigned i = 0; i < nr; i++) {
        idle[i].domain = &idle_domain;
        cpus[i] = (struct cpu){ .id = i, .idle = &idle[i], .current = &idle[i] };
        slice_end[i] = 0;
    }
    top.cpu = &cpus[0];
    assert_int_equal(sched_import_state(), 0); /* its queues are empty, whoever served last */
}

void sim_end(void)
{
    for (unsigned i = 0; i < nr_sim; i++) {
        sim[i].vcpu->online = false;
        sched_vcpu_destroy(sim[i].vcpu);
    }
    sim_settle();
    for (unsigned i = 0; i < nr_cpus; i++)
        assert_true(is_idle(i));
    for (unsigned i = 0; i < nr_sim; i++) {
        if (i == 0 || sim[i].domain != sim[i - 1].domain)
            free(sim[i].domain);
        free(sim[i].vcpu);
    }
    nr_sim = 0;
    domain_list = NULL;
}

void sim_swap(enum sched_choice choice)
{
    sched_export_state();
    opt_sched = choice;
    assert_int_equal(sched_import_state(), 0);
    for (unsigned i = 0; i < nr_cpus; i++)
        cpus[i].pending |= 1U << SOFTIRQ_SCHEDULE;
}

/* ---- vcpus ---- */

void sim_wake(struct sim_vcpu *s)
{
    s->wake_at = 0;
    s->left_ns = s->burst_ns;
    s->woken_at = sim_now;
    s->waits = s->vcpu->block != VCPU_RUNNABLE && !s->vcpu->sched.running;
    s->vcpu->block = VCPU_RUNNABLE;
    sched_wake(s->vcpu);
}

void sim_block(struct sim_vcpu *s)
{
    s->vcpu->block = VCPU_BLOCKED;
    s->wake_at = s->sleep_ns != 0 ? sim_now + s->sleep_ns : 0;
    s->waits = false;
    sched_sleep(s->vcpu);
}

static struct sim_vcpu *vcpu_add(struct domain *d, unsigned id)
{
    struct sim_vcpu *s = &sim[nr_sim++];

    assert_true(nr_sim <= SIM_MAX);
    *s = (struct sim_vcpu){ .domain = d, .vcpu = calloc(1, sizeof(struct vcpu)), .stranded_at = sim_now };
    s->vcpu->domain = d;
    s->vcpu->id = id;
    d->vcpu[id] = s->vcpu;
    s->vcpu->cpu = id % nr_cpus;
    s->vcpu->online = true;
    s->vcpu->block = VCPU_BLOCKED;
    s->vcpu->sched.affinity = UINT64_MAX;
    assert_int_equal(sched_vcpu_init(s->vcpu), 0);
    return s;
}

static struct domain *domain_add(unsigned nr_vcpus, uint16_t weight, uint16_t cap)
{
    struct domain *d = calloc(1, sizeof(*d));
    struct sched_params p = { weight, cap };

    d->max_vcpus = nr_vcpus;
    sched_domain_init(d);
    assert_int_equal(sched_domain_set(d, &p), opt_sched == SCHEDULER_RR ? -EOPNOTSUPP : 0);
    d->next = domain_list;
    domain_list = d;
    return d;
}

struct sim_vcpu *sim_domain(unsigned nr_vcpus, uint16_t weight, uint16_t cap)
{
    struct domain *d = domain_add(nr_vcpus, weight, cap);
    struct sim_vcpu *first = &sim[nr_sim];

    for (unsigned i = 0; i < nr_vcpus; i++)
        sim_wake(vcpu_add(d, i));
    sim_settle();
    return first;
}

struct sim_vcpu *sim_sleeper(uint16_t weight, uint64_t burst_ns, uint64_t sleep_ns)
{
    struct sim_vcpu *s = vcpu_add(domain_add(1, weight, 0), 0);

    s->burst_ns = burst_ns;
    s->sleep_ns = sleep_ns;
    s->wake_at = sim_now + sleep_ns;
    return s;
}

void sim_yield(unsigned cpu)
{
    top.cpu = &cpus[cpu];
    if (!is_idle(cpu))
        sched_yield(cpus[cpu].current);
}

/* ---- time ---- */

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return b != 0 && b < a ? b : a;
}

/* When something happens next, at `end` at the latest. */
static uint64_t next_event(uint64_t end)
{
    for (unsigned i = 0; i < nr_cpus; i++)
        end = earlier(end, slice_end[i]);
    for (unsigned i = 0; i < nr_sim; i++) {
        end = earlier(end, sim[i].wake_at);
        if (sim[i].burst_ns != 0 && sim[i].vcpu->sched.running)
            end = earlier(end, sim_now + sim[i].left_ns);
    }
    return end > sim_now ? end : sim_now + 1;
}

static void time_pass(uint64_t to)
{
    for (unsigned i = 0; i < nr_cpus; i++) {
        struct sim_vcpu *s = sim_of(cpus[i].current);

        if (s == NULL)
            continue;
        s->ran_ns += to - sim_now;
        s->left_ns -= s->left_ns < to - sim_now ? s->left_ns : to - sim_now;
    }
    sim_now = to;
}

void sim_run(uint64_t ns)
{
    uint64_t end = sim_now + ns;

    while (sim_now < end) {
        time_pass(next_event(end));
        for (unsigned i = 0; i < nr_sim; i++) {
            struct sim_vcpu *s = &sim[i];

            if (s->wake_at != 0 && s->wake_at <= sim_now)
                sim_wake(s);
            else if (s->burst_ns != 0 && s->left_ns == 0 && s->vcpu->sched.running && s->vcpu->block == VCPU_RUNNABLE)
                sim_block(s);
        }
        for (unsigned i = 0; i < nr_cpus; i++) {
            if (slice_end[i] != 0 && slice_end[i] <= sim_now)
                cpus[i].pending |= 1U << SOFTIRQ_SCHEDULE;
        }
        sim_settle();
    }
}

void sim_measure(void)
{
    for (unsigned i = 0; i < nr_sim; i++)
        sim[i].ran_ns = sim[i].worst_wait_ns = 0;
}

uint64_t sim_domain_ran(const struct sim_vcpu *s)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < nr_sim; i++)
        sum += sim[i].domain == s->domain ? sim[i].ran_ns : 0;
    return sum;
}
