/* SPDX-License-Identifier: MIT */
/* Shares, caps, latency, and that nobody is lost: modules/sched_fair, and modules/sched_rr where it applies. */
#include "sched_test.h"

void assert_near(uint64_t got, uint64_t want)
{
    if (got * 100 < want * 95 || got * 100 > want * 105)
        fail_msg("%lu, and it should be %lu", got, want);
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
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_hand_over),
    };

    cmocka_set_test_filter(getenv("TEST")); /* one of them, by name */
    return run_shares() + run_caps() + run_cpus() + cmocka_run_group_tests_name("random", tests, NULL, NULL);
}
