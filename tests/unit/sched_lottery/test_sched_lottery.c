/* SPDX-License-Identifier: MIT */
/* examples/sched_lottery in the simulated machine of tests/unit/sched: shares by weight, nobody lost, and taking over.
 */
#include "../sched/sim.h"

/* Draws are random, with a seed of the test's: so much in a hundred off. */
static void assert_near(uint64_t got, uint64_t want, unsigned percent)
{
    if (got * 100 < want * (100 - percent) || got * 100 > want * (100 + percent))
        fail_msg("%lu, and it should be %lu", got, want);
}

static void start(unsigned nr_cpus_wanted)
{
    sim_start(SCHED_FAIR, nr_cpus_wanted); /* not that this would choose: there is one scheduler */
}

static void test_weights(void **state)
{
    static const uint16_t weights[][4] = { { 256, 512, 1024, 256 },
                                           { 10, 10, 20, 40 },
                                           { 65535, 65535, 32768, 32768 } };

    for (unsigned w = 0; w < ARRAY_SIZE(weights); w++) {
        uint64_t sum = 0, span = 400 * SECOND;

        start(1);
        for (unsigned i = 0; i < 4; i++) {
            sim_domain(1, weights[w][i], 0);
            sum += weights[w][i];
        }
        sim_run(span);
        for (unsigned i = 0; i < 4; i++)
            assert_near(sim[i].ran_ns / 1000, span / 1000 * weights[w][i] / sum, 5);
        sim_end();
    }
}

/* One ticket of 769 wins, too, but seldom. */
static void test_small_weight(void **state)
{
    struct sim_vcpu *small;

    start(1);
    small = sim_domain(1, 1, 0);
    sim_domain(1, 768, 0);
    sim_run(2000 * SECOND);
    assert_near(small->ran_ns, 2000 * SECOND / 769, 25);
    sim_end();
}

static void test_weight_changes(void **state)
{
    struct sched_params p = { .weight = 768 }, got;
    struct sim_vcpu *a, *b;

    start(1);
    a = sim_domain(1, 256, 0);
    b = sim_domain(1, 256, 0);
    sim_run(100 * SECOND);
    assert_near(a->ran_ns, 50 * SECOND, 5);
    assert_int_equal(sched_domain_set(a->domain, &p), 0);
    assert_int_equal(sched_domain_get(a->domain, &got), 0);
    assert_int_equal(got.weight, 768);
    assert_int_equal(got.cap, 0);
    p.cap = 50;
    assert_int_equal(sched_domain_set(a->domain, &p), -EOPNOTSUPP);
    sim_measure();
    sim_run(100 * SECOND);
    assert_near(a->ran_ns, 75 * SECOND, 5);
    assert_near(b->ran_ns, 25 * SECOND, 8);
    sim_end();
}

/* Who sleeps in the middle of its turn has its share nevertheless: that is what the further tickets are for. */
static void test_short_turns(void **state)
{
    struct sim_vcpu *sleeper, *other;

    start(1);
    other = sim_domain(1, 256, 0);
    sleeper = sim_sleeper(256, MS, 1000);
    sim_run(200 * SECOND);
    assert_near(sleeper->ran_ns, 100 * SECOND, 20);
    assert_true(other->ran_ns + sleeper->ran_ns <= 200 * SECOND);
    sim_end();
}

/* A vcpu that seldom has something to do need not wait for long. */
static void test_wakes(void **state)
{
    struct sim_vcpu *sleeper;

    start(1);
    for (unsigned i = 0; i < 4; i++)
        sim_domain(1, 256, 0);
    sleeper = sim_sleeper(256, 100000, 50 * MS);
    sim_run(20 * SECOND);
    assert_true(sleeper->ran_ns >= 30 * MS); /* 100 us in each 50 ms and what it waits */
    assert_true(sleeper->worst_wait_ns <= 200 * MS);
    sim_end();
}

/* The simulation checks after each event that nobody is lost and no CPU idles beside work. */
static void test_cpus(void **state)
{
    for (unsigned n = 1; n <= 8; n *= 2) {
        start(n);
        for (unsigned i = 0; i < 12; i++) {
            if (i % 3 == 0)
                sim_sleeper(256, (i + 1) * MS, 3 * MS);
            else
                sim_domain(1 + i % 2, 256, 0);
        }
        sim_run(20 * SECOND);
        sim_end();
    }
}

static void test_cpu_leaves(void **state)
{
    uint64_t sum = 0;

    start(4);
    for (unsigned i = 0; i < 8; i++)
        sim_domain(1, 256, 0);
    sim_run(SECOND);
    sim_cpu_off(2);
    sim_settle();
    sim_measure();
    sim_run(8 * SECOND);
    for (unsigned i = 0; i < nr_sim; i++)
        sum += sim[i].ran_ns;
    assert_near(sum, 24 * SECOND, 1);
    sim_cpu_on(2);
    sim_settle();
    sim_measure();
    sim_run(8 * SECOND);
    sum = 0;
    for (unsigned i = 0; i < nr_sim; i++)
        sum += sim[i].ran_ns;
    assert_near(sum, 32 * SECOND, 1);
    sim_end();
}

static void test_yield(void **state)
{
    struct sim_vcpu *a, *b;

    start(1);
    a = sim_domain(1, 256, 0);
    b = sim_domain(1, 256, 0);
    for (unsigned i = 0; i < 100; i++) {
        const struct vcpu *before = cpus[0].current;

        sim_yield(0);
        sim_settle();
        assert_ptr_not_equal(cpus[0].current, before);
    }
    sim_run(100 * SECOND);
    assert_near(a->ran_ns, b->ran_ns, 10);
    sim_end();
}

/* The list that the core has of domains is all of the simulation's. */

static void domains_list(void)
{
    domain_list = NULL;
    for (unsigned i = 0; i < nr_sim; i++) {
        struct domain *d = sim[i].domain;

        d->vcpu[sim[i].vcpu->id] = sim[i].vcpu;
        if (sim[i].vcpu->id == 0) {
            d->next = domain_list;
            domain_list = d;
        }
    }
}

/* Another scheduler's queues and marks are forgotten; whoever can run does. */
static void test_import(void **state)
{
    for (unsigned n = 1; n <= 4; n *= 2) {
        start(n);
        for (unsigned i = 0; i < 6; i++)
            sim_domain(1 + i % 2, 0, 0);
        sim_sleeper(256, 2 * MS, 5 * MS);
        sim_run(SECOND);
        for (unsigned i = 0; i < nr_sim; i++) {
            struct sched_vcpu *s = &sim[i].vcpu->sched;

            if (!s->running) {
                s->next = s->prev = sim[(i + 1) % nr_sim].vcpu;
                s->list = s->list != 0 ? LIST_READY(0) + i % 2 : 0;
                s->boosted = s->yielded = s->moved = true;
                s->vtime_ns = UINT64_MAX - i;
            }
            sim[i].domain->sched.weight = 0; /* of one that has none */
        }
        domains_list();
        sched_export_state();
        assert_int_equal(sched_import_state(), 0);
        sim_settle();
        sim_measure();
        sim_run(90 * SECOND);
        for (unsigned i = 0; i < nr_sim; i++)
            assert_true(sim[i].ran_ns > 4 * SECOND);
        assert_int_equal(sched_import_state(), 0); /* and again, with queues of its own */
        sim_run(SECOND);
        sim_end();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weights),     cmocka_unit_test(test_small_weight), cmocka_unit_test(test_weight_changes),
        cmocka_unit_test(test_short_turns), cmocka_unit_test(test_wakes),        cmocka_unit_test(test_cpus),
        cmocka_unit_test(test_cpu_leaves),  cmocka_unit_test(test_yield),        cmocka_unit_test(test_import),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
