/* SPDX-License-Identifier: MIT */
/* Shares, caps, latency, and that nobody is lost: modules/sched_fair, and modules/sched_rr where it applies. */
#include "sim.h"

/* README.md of sched_fair promises a vcpu that was blocked: so long for each other that is served before it. */
#define WAIT_FOR_ONE_NS (11 * MS)

/* Within five parts of a hundred. */
static void assert_near(uint64_t got, uint64_t want)
{
    if (got * 100 < want * 95 || got * 100 > want * 105)
        fail_msg("%lu, and it should be %lu", got, want);
}

static void test_weights(void **state)
{
    static const uint16_t weights[][4] = {
        { 256, 512, 1024, 256 }, { 1, 256, 256, 256 }, { 1, 2, 3, 4 }, { 65535, 65535, 16384, 32768 }, { 100, 333, 777, 10000 },
    };

    for (unsigned w = 0; w < ARRAY_SIZE(weights); w++) {
        uint64_t sum = 0, span = 400 * SECOND;

        sim_start(SCHED_FAIR, 1);
        for (unsigned i = 0; i < 4; i++) {
            sim_domain(1, weights[w][i], 0);
            sum += weights[w][i];
        }
        sim_run(span);
        for (unsigned i = 0; i < 4; i++)
            assert_near(sim[i].ran_ns / 1000, span / 1000 * weights[w][i] / sum);
        sim_end();
    }
}

static void test_equals(void **state)
{
    for (int choice = SCHED_FAIR; choice <= SCHEDULER_RR; choice++) {
        sim_start(choice, 1);
        for (unsigned i = 0; i < 7; i++)
            sim_domain(1, 256, 0);
        sim_run(7 * SECOND);
        for (unsigned i = 0; i < 7; i++)
            assert_near(sim[i].ran_ns, SECOND);
        sim_end();
    }
}

static void test_weight_changes(void **state)
{
    struct sched_params p = { .weight = 768 }, got;
    struct sim_vcpu *a, *b;

    sim_start(SCHED_FAIR, 1);
    a = sim_domain(1, 256, 0);
    b = sim_domain(1, 256, 0);
    sim_run(SECOND);
    assert_near(a->ran_ns, SECOND / 2);
    assert_int_equal(sched_domain_set(a->domain, &p), 0);
    sim_measure();
    sim_run(4 * SECOND);
    assert_near(a->ran_ns, 3 * SECOND);
    assert_near(b->ran_ns, SECOND);
    p = (struct sched_params){ 0, 50 };
    assert_int_equal(sched_domain_set(a->domain, &p), 0);
    assert_int_equal(sched_domain_get(a->domain, &got), 0);
    assert_int_equal(got.weight, 768);
    assert_int_equal(got.cap, 50);
    p.cap = 101;
    assert_int_equal(sched_domain_set(a->domain, &p), -EINVAL);
    assert_int_equal(sched_domain_get(a->domain, &got), 0);
    assert_int_equal(got.cap, 50);
    sim_end();
}

/* Whoever sleeps for a moment, after whatever time, has the share of its weight. */
static void test_short_sleeps(void **state)
{
    static const uint16_t weights[][2] = { { 256, 256 }, { 256, 1024 }, { 1024, 256 }, { 2048, 256 }, { 10, 20 } };

    for (unsigned w = 0; w < ARRAY_SIZE(weights); w++) {
        for (uint64_t burst = 500000; burst <= 64 * MS; burst += 1700000) {
            struct sim_vcpu *sleeper;

            sim_start(SCHED_FAIR, 1);
            sim_domain(1, weights[w][1], 0);
            sleeper = sim_sleeper(weights[w][0], burst, 1000);
            sim_run(10 * SECOND);
            assert_near(sleeper->ran_ns, 10 * SECOND * weights[w][0] / (weights[w][0] + weights[w][1]));
            sim_end();
        }
    }
}

/* Who sleeps for a moment before its slice ends gains nothing by it; with sched_fair it loses nothing either. */
static void test_greedy(void **state)
{
    for (int choice = SCHED_FAIR; choice <= SCHEDULER_RR; choice++) {
        struct sim_vcpu *fair, *greedy;

        sim_start(choice, 1);
        fair = sim_domain(1, 256, 0);
        greedy = sim_sleeper(256, 8 * MS, 50000);
        sim_run(10 * SECOND);
        assert_true(greedy->ran_ns < 10 * SECOND / 2 * 105 / 100);
        assert_true(fair->ran_ns > 10 * SECOND / 2 * 95 / 100);
        if (choice == SCHED_FAIR)
            assert_near(greedy->ran_ns, fair->ran_ns);
        sim_end();
    }
}

/* A sleeper has no claim to what it did not use: after an hour it gets its share and a few milliseconds. */
static void test_no_savings(void **state)
{
    struct sim_vcpu *alone, *late;

    sim_start(SCHED_FAIR, 1);
    alone = sim_domain(1, 256, 0);
    late = sim_sleeper(256, 3600 * SECOND, 3600 * SECOND);
    sim_run(3600 * SECOND - 1);
    assert_int_equal(late->ran_ns, 0);
    sim_measure();
    sim_run(200 * MS);
    assert_true(late->ran_ns >= 90 * MS && late->ran_ns <= 115 * MS);
    assert_true(alone->ran_ns >= 85 * MS);
    sim_end();
}

/* What several have saved does not add up more than once. */
static void test_savings_once(void **state)
{
    struct sim_vcpu *compute;

    sim_start(SCHED_FAIR, 1);
    compute = sim_domain(1, 256, 0);
    for (unsigned i = 0; i < 3; i++)
        sim_sleeper(256, SECOND, 10 * SECOND + i * MS);
    sim_run(10 * SECOND);
    sim_measure();
    sim_run(400 * MS);
    assert_true(compute->ran_ns >= 90 * MS && compute->ran_ns <= 100 * MS);
    sim_end();
}

static void test_caps(void **state)
{
    static const uint16_t caps[] = { 1, 5, 10, 25, 50, 75, 90, 99 };

    for (unsigned i = 0; i < ARRAY_SIZE(caps); i++) {
        struct sim_vcpu *capped, *other;

        sim_start(SCHED_FAIR, 1); /* on a machine that is idle otherwise */
        capped = sim_domain(1, 256, caps[i]);
        sim_run(20 * SECOND);
        assert_near(capped->ran_ns, 20 * SECOND * caps[i] / 100);
        sim_measure();
        other = sim_domain(1, 256, 0); /* beside one that takes the rest, and its share */
        sim_run(20 * SECOND);
        assert_true(capped->ran_ns <= 20 * SECOND * caps[i] / 100 * 105 / 100);
        if (caps[i] <= 25)
            assert_near(capped->ran_ns, 20 * SECOND * caps[i] / 100);
        assert_near(capped->ran_ns + other->ran_ns, 20 * SECOND);
        sim_end();
    }
}

static void test_caps_on_cpus(void **state)
{
    static const struct {
        unsigned cpus, vcpus;
        uint16_t cap;
    } cases[] = { { 4, 4, 150 }, { 4, 4, 10 }, { 2, 8, 50 }, { 8, 2, 30 }, { 4, 4, 399 } };

    for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
        struct sim_vcpu *s;

        sim_start(SCHED_FAIR, cases[i].cpus);
        s = sim_domain(cases[i].vcpus, 256, cases[i].cap);
        sim_run(20 * SECOND);
        assert_near(sim_domain_ran(s), 20 * SECOND * cases[i].cap / 100);
        sim_end();
    }
}

/* In every single period, too, but for what a run over its end left. */
static void test_cap_period(void **state)
{
    struct sim_vcpu *s;

    sim_start(SCHED_FAIR, 1);
    s = sim_domain(1, 256, 20);
    sim_run(SECOND);
    for (unsigned i = 0; i < 100; i++) {
        sim_measure();
        sim_run(50 * MS);
        assert_true(s->ran_ns >= 9 * MS && s->ran_ns <= 11 * MS);
    }
    sim_end();
}

/* A cap that is taken away parks nobody any more. */
static void test_cap_ends(void **state)
{
    struct sched_params none = { 0, 0 };
    struct sim_vcpu *s;

    sim_start(SCHED_FAIR, 1);
    s = sim_domain(1, 256, 5);
    sim_run(SECOND);
    assert_int_equal(sched_domain_set(s->domain, &none), 0);
    sim_run(50 * MS);
    sim_measure();
    sim_run(SECOND);
    assert_int_equal(s->ran_ns, SECOND);
    sim_end();
}

/* Nor does a domain save what its cap kept from it. */
static void test_cap_no_savings(void **state)
{
    struct sched_params none = { 0, 0 };
    struct sim_vcpu *s, *other;

    sim_start(SCHED_FAIR, 1);
    s = sim_domain(1, 256, 5);
    other = sim_domain(1, 256, 0);
    sim_run(10 * SECOND);
    assert_int_equal(sched_domain_set(s->domain, &none), 0);
    sim_run(50 * MS);
    sim_measure();
    sim_run(SECOND);
    assert_near(s->ran_ns, other->ran_ns);
    sim_end();
}

/* Beside any number that compute, one that slept runs at once; of several each waits for the others at most. */
static void test_latency(void **state)
{
    for (unsigned nr_compute = 1; nr_compute <= 16; nr_compute *= 2) {
        for (unsigned nr_sleep = 1; nr_sleep <= 4; nr_sleep++) {
            sim_start(SCHED_FAIR, 1);
            for (unsigned i = 0; i < nr_compute; i++)
                sim_domain(1, (uint16_t)(256 << i % 3), 0);
            for (unsigned i = 0; i < nr_sleep; i++)
                sim_sleeper((uint16_t)(64 << i), 10 * MS, 2 * SECOND + i % 2 * 900000);
            sim_run(60 * SECOND);
            for (unsigned i = nr_compute; i < nr_sim; i++) {
                assert_true(sim[i].ran_ns >= 100 * MS);
                assert_true(sim[i].worst_wait_ns <= (nr_sleep - 1) * WAIT_FOR_ONE_NS);
            }
            sim_end();
        }
    }
}

/* Of several with the same weight each has turns of a millisecond. */
static void test_latency_of_equals(void **state)
{
    for (unsigned nr = 2; nr <= 10; nr++) {
        sim_start(SCHED_FAIR, 1);
        sim_domain(1, 256, 0);
        for (unsigned i = 0; i < nr; i++)
            sim_sleeper(256, 9 * MS, SECOND);
        sim_run(2 * SECOND - 500 * MS);
        for (unsigned i = 1; i < nr_sim; i++)
            assert_true(sim[i].worst_wait_ns <= (nr - 1) * MS);
        sim_end();
    }
}

/* What a CPU still holds the registers of no other takes. */
static void test_registers_held(void **state)
{
    for (int choice = SCHED_FAIR; choice <= SCHEDULER_RR; choice++) {
        struct vcpu *v;

        sim_start(choice, 2);
        sim_domain(1, 256, 0)->vcpu->sched.affinity = 1;
        v = sim_sleeper(256, SECOND, 5 * MS)->vcpu;
        v->sched.affinity = 1;
        sim_run(5 * MS);
        v = v->sched.queued ? v : sim[0].vcpu;
        v->on_cpu = 1;
        v->sched.affinity = 3;
        cpu_pend(&cpus[1], SOFTIRQ_SCHEDULE);
        sim_settle();
        assert_true(v->sched.queued);
        v->on_cpu = 0;
        cpu_pend(&cpus[1], SOFTIRQ_SCHEDULE);
        sim_settle();
        assert_ptr_equal(cpus[1].current, v);
        sim_end();
    }
}

/* Virtual times are a queue's own: who moves is not behind or ahead by what the CPUs differ. */
static void test_move(void **state)
{
    struct sim_vcpu *stays, *there, *moves;

    sim_start(SCHED_FAIR, 2);
    stays = sim_domain(1, 256, 0);
    stays->vcpu->sched.affinity = 1;
    sim_run(20 * SECOND);
    there = sim_sleeper(256, 10 * SECOND, MS);
    there->vcpu->cpu = 1;
    there->vcpu->sched.affinity = 2;
    sim_run(10 * SECOND);
    moves = sim_domain(1, 256, 0); /* begins on CPU 0, goes to the other while that one sleeps */
    moves->vcpu->sched.affinity = 1;
    sim_run(SECOND / 2);
    moves->vcpu->sched.affinity = 3;
    while (moves->vcpu->cpu == 0)
        sim_run(MS);
    sim_run(5 * MS);
    moves->vcpu->sched.affinity = 2;
    sim_measure();
    sim_run(SECOND);
    assert_near(moves->ran_ns, there->ran_ns);
    assert_near(stays->ran_ns, SECOND);
    sim_end();
}

static void test_steal(void **state)
{
    for (int choice = SCHED_FAIR; choice <= SCHEDULER_RR; choice++) {
        sim_start(choice, 4);
        for (unsigned i = 0; i < 4; i++)
            sim_domain(1, 256, 0); /* all begin on CPU 0 */
        sim_run(SECOND);
        for (unsigned i = 0; i < 4; i++)
            assert_int_equal(sim[i].ran_ns, SECOND);
        sim_end();
    }
}

/* Four CPUs, two nodes: who likes the second has it as long as it has room, runs elsewhere when not, and comes back. */
static void test_likes(void **state)
{
    for (int choice = SCHED_FAIR; choice <= SCHEDULER_RR; choice++) {
        struct sim_vcpu *s;

        sim_start(choice, 4);
        s = sim_sleeper(256, MS, MS); /* begins on CPU 0 */
        s->vcpu->sched.likes = 0xc;
        sim_run(10 * MS);
        for (unsigned i = 0; i < 100; i++) {
            sim_run(MS / 2);
            assert_true(s->vcpu->cpu >= 2);
        }
        for (unsigned i = 0; i < 3; i++) { /* three more that like it: one finds room on the first node only */
            struct vcpu *v = sim_domain(1, 256, 0)->vcpu;

            v->sched.likes = 0xc;
        }
        sim_measure();
        sim_run(SECOND);
        for (unsigned i = 1; i < 4; i++)
            assert_true(sim[i].ran_ns > SECOND / 2);
        for (unsigned i = 1; i < 4; i++)
            sim_block(&sim[i]);
        sim_settle();
        sim_run(10 * MS);
        assert_true(s->vcpu->cpu >= 2);
        sim_wake(&sim[1]); /* alone, it is where it likes to be */
        sim_run(10 * MS);
        assert_true(sim[1].vcpu->cpu >= 2);
        sim_end();
    }
}

static void test_affinity(void **state)
{
    for (int choice = SCHED_FAIR; choice <= SCHEDULER_RR; choice++) {
        sim_start(choice, 2);
        sim_domain(1, 256, 0);
        sim_domain(1, 256, 0);
        for (unsigned i = 0; i < 2; i++)
            sim[i].vcpu->sched.affinity = 1UL << sim[i].vcpu->cpu;
        sim_domain(1, 256, 0)->vcpu->sched.affinity = 1;
        sim_run(10 * SECOND);
        assert_near(sim[0].ran_ns + sim[1].ran_ns + sim[2].ran_ns, 20 * SECOND);
        sim_block(&sim[1]);
        sim_run(SECOND);
        assert_int_equal(sim[2].vcpu->cpu, 0);
        sim_end();
    }
}

/* A CPU goes: who ran and waited there runs elsewhere, who was blocked wakes elsewhere, shares stay fair. */
static void test_cpu_off(void **state)
{
    for (int choice = SCHED_FAIR; choice <= SCHEDULER_RR; choice++) {
        unsigned blocked = 0;

        sim_start(choice, 3);
        for (unsigned i = 0; i < 6; i++)
            sim_domain(1, 256, 0);
        sim_run(SECOND);
        while (sim[blocked].vcpu->cpu != 2)
            blocked++;
        sim_block(&sim[blocked]);
        sim_cpu_off(2);
        sim_settle();
        assert_ptr_equal(cpus[2].current, cpus[2].idle);
        for (unsigned i = 0; i < 6; i++)
            assert_true(i == blocked || sim[i].vcpu->cpu != 2);
        sim_wake(&sim[blocked]);
        sim_settle();
        assert_int_not_equal(sim[blocked].vcpu->cpu, 2);
        for (unsigned i = 0; i < 6; i++)
            sim[i].ran_ns = 0;
        sim_run(6 * SECOND);
        assert_ptr_equal(cpus[2].current, cpus[2].idle);
        for (unsigned i = 0; i < 6; i++)
            assert_true(sim[i].ran_ns > SECOND);
        sim_cpu_on(2);
        sim_run(SECOND);
        assert_ptr_not_equal(cpus[2].current, cpus[2].idle);
        sim_end();
    }
}

/* Pinned to it alone: it may run anywhere then. */
static void test_cpu_off_pinned(void **state)
{
    for (int choice = SCHED_FAIR; choice <= SCHEDULER_RR; choice++) {
        struct vcpu *v;

        sim_start(choice, 2);
        sim_domain(1, 256, 0);
        sim_domain(1, 256, 0);
        sim_run(SECOND);
        v = sim[sim[0].vcpu->cpu == 1 ? 0 : 1].vcpu;
        assert_int_equal(v->cpu, 1);
        v->sched.affinity = 2;
        sim_cpu_off(1);
        sim_run(SECOND);
        assert_int_equal(v->cpu, 0);
        assert_true(v->sched.affinity == UINT64_MAX);
        sim_end();
    }
}

/* Over its cap, it waits elsewhere too. */
static void test_cpu_off_capped(void **state)
{
    sim_start(SCHED_FAIR, 2);
    sim_domain(1, 256, 20);
    sim_domain(1, 256, 20);
    sim_run(SECOND);
    sim_cpu_off(1);
    sim[0].ran_ns = sim[1].ran_ns = 0;
    sim_run(10 * SECOND);
    assert_near(sim[0].ran_ns, 2 * SECOND);
    assert_near(sim[1].ran_ns, 2 * SECOND);
    sim_end();
}

/* Two that give way to each other do not keep a third from its share. */
static void test_yield(void **state)
{
    sim_start(SCHED_FAIR, 1);
    for (unsigned i = 0; i < 3; i++)
        sim_domain(1, 256, 0);
    for (unsigned i = 0; i < 30000; i++) {
        const struct vcpu *was = cpus[0].current;

        if (was != sim[2].vcpu) {
            sim_yield(0);
            sim_settle();
            assert_ptr_not_equal(cpus[0].current, was);
        }
        sim_run(100000);
    }
    for (unsigned i = 0; i < 3; i++)
        assert_near(sim[i].ran_ns, SECOND);
    sim_end();
}

static void random_act(struct sim_vcpu *s)
{
    struct sched_params p = { (uint16_t)(1 + random() % 2000), (uint16_t)(random() % 3 == 0 ? 1 + random() % 100 : 0) };

    switch (random() % 8) {
    case 0:
    case 1:
    case 2: sim_wake(s); break;
    case 3:
    case 4: sim_block(s); break;
    case 5: sim_yield((unsigned)random() % nr_cpus); break;
    case 6:
        if (opt_sched == SCHED_FAIR)
            assert_int_equal(sched_domain_set(s->domain, &p), 0);
        break;
    default: sim_run((uint64_t)random() % (3 * MS)); break;
    }
}

static void test_random(void **state)
{
    for (int choice = SCHED_FAIR; choice <= SCHEDULER_RR; choice++) {
        for (unsigned nr = 1; nr <= 8; nr++) {
            sim_decisions = 0;
            srandom(nr);
            sim_start(choice, nr);
            for (unsigned i = 0; i < 3 * nr; i++)
                sim_domain(1 + i % 2, 256, 0);
            for (unsigned i = 0; i < 20000; i++) {
                random_act(&sim[(unsigned)random() % nr_sim]);
                if (nr > 1 && i % 64 == 0)
                    sim_cpu_off(nr - 1);
                if (nr > 1 && i % 64 == 32)
                    sim_cpu_on(nr - 1);
                sim_settle();
            }
            assert_true(sim_decisions > 5000);
            sim_end();
        }
    }
}

/* The same, and every now and then the other scheduler takes over. */
static void test_hand_over(void **state)
{
    for (unsigned nr = 1; nr <= 8; nr++) {
        sim_decisions = 0;
        srandom(nr);
        sim_start(SCHED_FAIR, nr);
        for (unsigned i = 0; i < 3 * nr; i++)
            sim_domain(1 + i % 2, 256, 0);
        for (unsigned i = 0; i < 20000; i++) {
            random_act(&sim[(unsigned)random() % nr_sim]);
            sim_settle();
            if (i % 20 == 0) {
                sim_swap(opt_sched == SCHED_FAIR ? SCHEDULER_RR : SCHED_FAIR);
                sim_settle();
            }
        }
        assert_true(sim_decisions > 5000);
        sim_end();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weights),
        cmocka_unit_test(test_equals),
        cmocka_unit_test(test_weight_changes),
        cmocka_unit_test(test_short_sleeps),
        cmocka_unit_test(test_greedy),
        cmocka_unit_test(test_no_savings),
        cmocka_unit_test(test_savings_once),
        cmocka_unit_test(test_caps),
        cmocka_unit_test(test_caps_on_cpus),
        cmocka_unit_test(test_cap_period),
        cmocka_unit_test(test_cap_ends),
        cmocka_unit_test(test_cap_no_savings),
        cmocka_unit_test(test_latency),
        cmocka_unit_test(test_latency_of_equals),
        cmocka_unit_test(test_registers_held),
        cmocka_unit_test(test_move),
        cmocka_unit_test(test_steal),
        cmocka_unit_test(test_likes),
        cmocka_unit_test(test_affinity),
        cmocka_unit_test(test_cpu_off),
        cmocka_unit_test(test_cpu_off_pinned),
        cmocka_unit_test(test_cpu_off_capped),
        cmocka_unit_test(test_yield),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_hand_over),
    };

    cmocka_set_test_filter(getenv("TEST")); /* one of them, by name */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
