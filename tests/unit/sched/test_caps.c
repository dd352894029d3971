/* SPDX-License-Identifier: MIT */
/* Caps, modules/sched_fair's. */
#include "sched_test.h"

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

int run_caps(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_caps),
        cmocka_unit_test(test_caps_on_cpus),
        cmocka_unit_test(test_cap_period),
        cmocka_unit_test(test_cap_ends),
        cmocka_unit_test(test_cap_no_savings),
    };

    return cmocka_run_group_tests_name("caps", tests, NULL, NULL);
}
