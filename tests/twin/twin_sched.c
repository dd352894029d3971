/* SPDX-License-Identifier: MIT */
/*
 * The schedulers' twin: two CPUs and three vcpus, of two domains, that wake, sleep, yield and run, while CPUs leave and
 * come back.  No runnable vcpu is lost, one CPU at most runs it, and who waits is served in a bounded time.
 */
#include "tests/twin/twin_sched.h"

#include <stdio.h>
#include <string.h>

#define MS 1000000UL
#define BEGIN (1000 * MS)

struct vcpu *vcpus[NR_VCPUS];
static struct vcpu *idle[NR_CPUS];
static uint64_t now = BEGIN, slice_end[NR_CPUS]; /* 0: none */
static bool has_weights;
static uint64_t wait_max;

/* ---- the core that a scheduler sees ---- */

uint64_t now_ns(void)
{
    return now;
}

void cpu_look(const struct cpu *cpu) {}

static void on_cpu(unsigned c)
{
    world_cpu(c);
}

/* core/schedule.c's schedule() and context_switch(). */
static void cpu_schedule(unsigned c)
{
    struct cpu *cpu = &cpus[c];
    struct vcpu *prev = cpu->current, *next = cpu->idle;
    uint64_t slice = 0;

    __atomic_fetch_and(&cpu->pending, ~(1U << SOFTIRQ_SCHEDULE), __ATOMIC_SEQ_CST);
    if (cpu_in_service(c))
        next = sched_pick(cpu, prev, now, &slice);
    else if (prev != cpu->idle)
        sched_quit(cpu, prev, now);
    twin_assert(next != NULL, "CPU %u is given nobody", c);
    twin_assert(next == cpu->idle || (next->sched.affinity >> c & 1) != 0, "CPU %u is given one that may not run there",
                c);
    slice_end[c] = slice != 0 ? now + slice : 0;
    if (next == prev)
        return;
    twin_assert(next == cpu->idle || atomic_read8(&next->on_cpu) == 0,
                "CPU %u is given one whose registers another has", c);
    slot_publish(cpu->current, next);
    if (next != cpu->idle)
        atomic_write8(&next->on_cpu, 1);
    atomic_write8(&prev->on_cpu, 0);
}

/* ---- the world ---- */

static void start(void)
{
    struct domain *a = world_domain(1, 2, false), *b = world_domain(2, 1, false),
                  *idles = world_domain(0x7fff, NR_CPUS, false);

    nr_cpus = NR_CPUS;
    cpus_online = (1UL << NR_CPUS) - 1;
    queues_start();
    vcpus[0] = a->vcpu[0];
    vcpus[1] = a->vcpu[1];
    vcpus[2] = b->vcpu[0];
    for (unsigned c = 0; c < NR_CPUS; c++) {
        idle[c] = idles->vcpu[c];
        cpus[c] = (struct cpu){ .id = c, .idle = idle[c], .current = idle[c] };
        twin_region(&cpus[c], sizeof(cpus[c]));
    }
    domain_list = a;
    a->next = b;
    b->next = NULL;
    for (unsigned i = 0; i < NR_VCPUS; i++) {
        vcpus[i]->cpu = i % NR_CPUS;
        vcpus[i]->block = VCPU_BLOCKED;
        vcpus[i]->sched.affinity = UINT64_MAX;
    }
    vcpus[1]->sched.likes = 2; /* where it is now */
    vcpus[2]->cpu = 1;         /* and stays */
    vcpus[2]->sched.affinity = 2;
    sched_domain_init(a);
    sched_domain_init(b);
    twin_assert(sched_import_state() == 0, "the scheduler does not begin");
    for (unsigned i = 0; i < NR_VCPUS; i++)
        twin_assert(sched_vcpu_init(vcpus[i]) == 0, "the scheduler does not take vcpu %u", i);
    world_ready(0);
    on_cpu(0);
}

/* ---- what there is to do ---- */

enum verb { WAKE, SLEEP, RUN, YIELD, CPU_OFF, CPU_ON, TICK, SLICE, CAP, WEIGHT, SETTLE };
static const struct step {
    const char *name;
    enum verb verb;
    uint8_t arg;
} steps[] = {
    { "vcpu 0 wakes", WAKE, 0 },         { "vcpu 1 wakes", WAKE, 1 },     { "vcpu 2 wakes", WAKE, 2 },
    { "vcpu 0 sleeps", SLEEP, 0 },       { "vcpu 1 sleeps", SLEEP, 1 },   { "vcpu 2 sleeps", SLEEP, 2 },
    { "CPU 0 looks", RUN, 0 },           { "CPU 1 looks", RUN, 1 },       { "CPU 0 yields", YIELD, 0 },
    { "CPU 1 yields", YIELD, 1 },        { "CPU 0 leaves", CPU_OFF, 0 },  { "CPU 1 leaves", CPU_OFF, 1 },
    { "CPU 0 comes", CPU_ON, 0 },        { "CPU 1 comes", CPU_ON, 1 },    { "1 ms", TICK, 0 },
    { "a turn ends", SLICE, 0 },         { "vcpu 2 has a cap", CAP, 20 }, { "it has none", CAP, 0 },
    { "it has more weight", WEIGHT, 0 }, { "all are served", SETTLE, 0 },
};

/* Who blocks itself, as in SCHEDOP_block, or is blocked by another while it waits. */
static bool sleep(struct vcpu *v)
{
    if (atomic_xchg8(&v->block, VCPU_BLOCKED) != VCPU_RUNNABLE)
        return false;
    sched_sleep(v);
    return true;
}

/* vcpu_unblock() */
static bool wake(struct vcpu *v)
{
    if (atomic_xchg8(&v->block, VCPU_RUNNABLE) == VCPU_RUNNABLE)
        return false;
    if (vcpu_runnable(v))
        sched_wake(v);
    return true;
}

static bool is_pending(unsigned c)
{
    return (cpus[c].pending >> SOFTIRQ_SCHEDULE & 1) != 0;
}

static bool run_cpu(unsigned c)
{
    if (!is_pending(c))
        return false;
    on_cpu(c);
    cpu_schedule(c);
    on_cpu(0);
    return true;
}

static bool yield(unsigned c)
{
    if (cpus[c].current == idle[c] || !vcpu_runnable(cpus[c].current))
        return false;
    on_cpu(c);
    sched_yield(cpus[c].current);
    on_cpu(0);
    return true;
}

static bool leave(unsigned c)
{
    if (!cpu_in_service(c) || cpus_online == 1UL << c)
        return false;
    __atomic_fetch_and(&cpus_online, ~(1UL << c), __ATOMIC_SEQ_CST);
    on_cpu(c);
    cpu_schedule(c);
    sched_drain(&cpus[c]);
    on_cpu(0);
    return true;
}

static bool come(unsigned c)
{
    if (cpu_in_service(c))
        return false;
    cpus_online |= 1UL << c;
    cpu_pend(&cpus[c], SOFTIRQ_SCHEDULE);
    return true;
}

/* Time goes on; whose turn is over looks. */
static void time_pass(uint64_t to)
{
    now = to;
    for (unsigned c = 0; c < NR_CPUS; c++) {
        if (slice_end[c] != 0 && slice_end[c] <= now) {
            slice_end[c] = 0;
            cpu_pend(&cpus[c], SOFTIRQ_SCHEDULE);
        }
    }
}

static uint64_t next_slice_end(void)
{
    uint64_t first = UINT64_MAX;

    for (unsigned c = 0; c < NR_CPUS; c++)
        if (slice_end[c] != 0 && slice_end[c] < first)
            first = slice_end[c];
    return first;
}

static bool slice(void)
{
    uint64_t first = next_slice_end();

    if (first == UINT64_MAX)
        return false;
    time_pass(first);
    return true;
}

static bool params(struct domain *d, uint16_t weight, uint16_t cap)
{
    struct sched_params p = { weight, cap };

    return sched_domain_set(d, &p) == 0;
}

static void all_look(void)
{
    for (unsigned rounds = 0; is_pending(0) || is_pending(1); rounds++) {
        twin_assert(rounds < 100, "the CPUs tell each other to look for ever");
        for (unsigned c = 0; c < NR_CPUS; c++)
            (void)run_cpu(c);
    }
}

/* Nothing happens but that turns end: each vcpu that is runnable has run within wait_max. */
static bool settle(void)
{
    uint64_t begin = now;
    unsigned served = 0;

    for (;;) {
        all_look();
        for (unsigned i = 0; i < NR_VCPUS; i++)
            if (!vcpu_runnable(vcpus[i]) || vcpus[i]->sched.running)
                served |= 1U << i;
        if (served == (1U << NR_VCPUS) - 1)
            return true;
        twin_assert(next_slice_end() != UINT64_MAX, "vcpus %x wait, and no turn ends", ~served & 7);
        time_pass(next_slice_end());
        twin_assert(now - begin <= wait_max, "vcpus %x have waited for %lu us", ~served & 7, (now - begin) / 1000);
    }
}

static bool run_step(unsigned i)
{
    const struct step *s = &steps[i];

    switch (s->verb) {
    case WAKE: return wake(vcpus[s->arg]);
    case SLEEP: return sleep(vcpus[s->arg]);
    case RUN: return run_cpu(s->arg);
    case YIELD: return yield(s->arg);
    case CPU_OFF: return leave(s->arg);
    case CPU_ON: return come(s->arg);
    case TICK: time_pass(now + MS); return true;
    case SLICE: return slice();
    case CAP: return vcpus[2]->domain->sched.cap != s->arg && params(vcpus[2]->domain, 0, s->arg);
    case WEIGHT:
        return vcpus[2]->domain->sched.weight != 512 &&
               params(vcpus[2]->domain, 512, (uint16_t)vcpus[2]->domain->sched.cap);
    case SETTLE: return settle();
    }
    return false;
}

static bool run(unsigned i)
{
    if (!has_weights && (steps[i].verb == CAP || steps[i].verb == WEIGHT)) {
        twin_assert(!params(vcpus[2]->domain, 0, steps[i].arg), "weights are taken, and there are none");
        return true;
    }
    return run_step(i);
}

static void name_of(unsigned i, char *text, size_t size)
{
    (void)snprintf(text, size, "%s", steps[i].name);
}

/* ---- what must hold ---- */

__attribute__((section("not_the_world"))) static struct {
    bool waits, parked;
    unsigned cpu;
} seen[NR_VCPUS];
__attribute__((section("not_the_world"))) static unsigned seen_on[NR_CPUS];

static unsigned number_of(const struct vcpu *v)
{
    for (unsigned i = 0; i < NR_VCPUS; i++)
        if (vcpus[i] == v)
            return i;
    twin_fail("one is in a queue that is no vcpu of the world's");
}

void queues_saw(const struct vcpu *v, unsigned cpu, bool parked)
{
    unsigned i = number_of(v);

    twin_assert(!seen[i].waits && !seen[i].parked, "vcpu %u is queued twice", i);
    seen[i].waits = !parked;
    seen[i].parked = parked;
    seen[i].cpu = cpu;
    seen_on[cpu] += !parked;
}

void queues_counted(unsigned cpu, unsigned nr, const struct vcpu *running SC_NULLABLE)
{
    twin_assert(nr == seen_on[cpu], "%u wait for CPU %u, which counts %u", seen_on[cpu], cpu, nr);
    twin_assert(running == NULL || running == cpus[cpu].current, "CPU %u's queue says that another runs there", cpu);
}

static void check_vcpu(unsigned i)
{
    const struct vcpu *v = vcpus[i];
    unsigned runs = (cpus[0].current == v) + (cpus[1].current == v);

    twin_assert(runs <= 1, "two CPUs run vcpu %u", i);
    twin_assert(v->sched.running == (runs == 1) && v->on_cpu == (runs == 1),
                "vcpu %u runs on %u CPUs, and says something else", i, runs);
    twin_assert(v->sched.list == (seen[i].waits    ? LIST_READY(seen[i].cpu)
                                  : seen[i].parked ? LIST_PARKED(seen[i].cpu)
                                                   : 0),
                "vcpu %u is in a queue, or not, and says something else", i);
    twin_assert(runs + seen[i].waits + seen[i].parked <= 1, "vcpu %u runs and waits", i);
    twin_assert(runs == 0 || cpus[v->cpu].current == v, "vcpu %u runs, and not where it says", i);
    twin_assert((!seen[i].waits && !seen[i].parked) || seen[i].cpu == v->cpu, "vcpu %u is in another CPU's queue", i);
    twin_assert(!vcpu_runnable(v) || runs + seen[i].waits + seen[i].parked == 1, "vcpu %u is runnable, and lost", i);
    twin_assert(vcpu_runnable(v) || (!seen[i].waits && !seen[i].parked), "vcpu %u sleeps, and is queued", i);
    twin_assert(vcpu_runnable(v) || runs == 0 || is_pending(v->cpu), "vcpu %u sleeps, and its CPU is not told", i);
}

/* Who waits does so behind somebody: its CPU runs another, or is about to look. */
static void check_waiting(unsigned i)
{
    unsigned c = seen[i].cpu;

    if (seen[i].waits)
        twin_assert(is_pending(c) || (cpus[c].current != idle[c] && slice_end[c] != 0),
                    "vcpu %u waits for CPU %u, which does nothing and is not told", i, c);
    if (seen[i].parked)
        twin_assert(is_pending(c) || slice_end[c] != 0, "vcpu %u is parked on CPU %u, which will not look", i, c);
    if (seen[i].waits || seen[i].parked)
        twin_assert(cpu_in_service(c), "vcpu %u waits for CPU %u, which is not in service", i, c);
}

static void check(void)
{
    memset(seen, 0, sizeof(seen));
    memset(seen_on, 0, sizeof(seen_on));
    queues_look();
    for (unsigned i = 0; i < NR_VCPUS; i++) {
        check_vcpu(i);
        check_waiting(i);
    }
    for (unsigned c = 0; c < NR_CPUS; c++)
        twin_assert(cpu_in_service(c) || cpus[c].current == idle[c], "CPU %u is not in service, and runs a vcpu", c);
    world_check();
}

/* ---- two CPUs at once ---- */

/* What CPU 0 does, and what CPU 1 amid it: whom they are about tells whether they can meet. */
static const char *const firsts[] = { "vcpu 0 wakes",  "vcpu 1 wakes",  "vcpu 2 wakes", "vcpu 0 sleeps",
                                      "vcpu 1 sleeps", "vcpu 2 sleeps", "CPU 0 looks" };
static const char *const seconds[] = { "vcpu 0 wakes",  "vcpu 1 wakes",  "vcpu 2 wakes", "vcpu 0 sleeps",
                                       "vcpu 1 sleeps", "vcpu 2 sleeps", "CPU 1 looks" };
#define NR_PAIRS (ARRAY_SIZE(firsts) * ARRAY_SIZE(seconds))

static unsigned step_named(const char *name)
{
    unsigned i;

    for (i = 0; i < ARRAY_SIZE(steps) && strcmp(steps[i].name, name) != 0; i++)
        ;
    twin_assert(i < ARRAY_SIZE(steps), "there is no step %s", name);
    return i;
}

static unsigned second;
static bool met;

/* Who runs sleeps by its own doing, on its CPU. */
static bool could_do(unsigned c, const struct step *s)
{
    return s->verb != SLEEP || !vcpus[s->arg]->sched.running || cpus[c].current == vcpus[s->arg];
}

void world_race(void)
{
    met = true;
    world_cpu(1);
    if (could_do(1, &steps[second]))
        (void)run_step(second);
    world_cpu(0);
}

static bool race(unsigned pair, unsigned step)
{
    unsigned first = step_named(firsts[pair / ARRAY_SIZE(seconds)]);

    second = step_named(seconds[pair % ARRAY_SIZE(seconds)]);
    met = false;
    if (!could_do(0, &steps[first]))
        return false;
    world_steps_until(step);
    (void)run_step(first);
    world_steps_until(0);
    return met;
}

static void pair_name(unsigned pair, char *text, size_t size)
{
    (void)snprintf(text, size, "%s, and amid it %s", firsts[pair / ARRAY_SIZE(seconds)],
                   seconds[pair % ARRAY_SIZE(seconds)]);
}

int twin_sched_main(const char *name, bool weights, uint64_t wait_max_ns)
{
    static const struct twin_start starts[] = {
        { "nobody", { 0 }, 0, 0 },
        { "all three", { "vcpu 0 wakes", "vcpu 1 wakes", "vcpu 2 wakes", "CPU 0 looks", "CPU 1 looks" }, 0, 0 },
        { "all three, one CPU",
          { "CPU 1 leaves", "vcpu 0 wakes", "vcpu 1 wakes", "vcpu 2 wakes", "CPU 0 looks", "a turn ends" },
          0,
          0 },
    };
    struct twin t = {
        .name = name,
        .nr_ops = ARRAY_SIZE(steps),
        .depth = 5,
        .full_depth = 6,
        .starts = starts,
        .nr_starts = ARRAY_SIZE(starts),
        .start = start,
        .run = run,
        .check = check,
        .name_of = name_of,
        .nr_pairs = NR_PAIRS,
        .race_depth = 3,
        .race = race,
        .pair_name = pair_name,
    };

    has_weights = weights;
    wait_max = wait_max_ns;
    return twin_main(&t);
}
