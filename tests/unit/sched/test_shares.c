/* SPDX-License-Identifier: MIT */
/* What each gets of a CPU, and when: weights, sleeps, waits, turns given away. */
#include "sched_test.h"

/* README.md of sched_fair promises a vcpu that was blocked: so long for each other that is served before it. */
#define WAIT_FOR_ONE_NS (11 * MS)

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

int run_shares(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weights),
        cmocka_unit_test(test_equals),
        cmocka_unit_test(test_weight_changes),
        cmocka_unit_test(test_short_sleeps),
        cmocka_unit_test(test_greedy),
        cmocka_unit_test(test_no_savings),
        cmocka_unit_test(test_savings_once),
        cmocka_unit_test(test_latency),
        cmocka_unit_test(test_latency_of_equals),
        cmocka_unit_test(test_yield),
    };

    return cmocka_run_group_tests_name("shares", tests, NULL, NULL);
}
