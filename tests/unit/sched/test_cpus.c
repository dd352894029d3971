/* SPDX-License-Identifier: MIT */
/* Several CPUs: who goes to which, and what happens when one goes out of service. */
#include "sched_test.h"

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
        v = v->sched.list != 0 ? v : sim[0].vcpu;
        v->on_cpu = 1;
        v->sched.affinity = 3;
        cpu_pend(&cpus[1], SOFTIRQ_SCHEDULE);
        sim_settle();
        assert_int_equal(v->sched.list, LIST_READY(0));
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

/* Who unblocked it comes late: it has run on, and sleeps again. */
static void test_wake_late(void **state)
{
    for (int choice = SCHED_FAIR; choice <= SCHEDULER_RR; choice++) {
        struct sim_vcpu *s;

        sim_start(choice, 1);
        s = sim_domain(1, 256, 0);
        sim_run(SECOND);
        assert_ptr_equal(cpus[0].current, s->vcpu);
        sim_block(s);
        sim_settle();
        assert_ptr_equal(cpus[0].current, cpus[0].idle);
        sched_wake(s->vcpu);
        sim_settle();
        assert_int_equal(s->vcpu->sched.list, 0);
        assert_ptr_equal(cpus[0].current, cpus[0].idle);
        sim_wake(s);
        sim_settle();
        assert_ptr_equal(cpus[0].current, s->vcpu);
        sim_end();
    }
}

int run_cpus(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_registers_held),
        cmocka_unit_test(test_wake_late),
        cmocka_unit_test(test_move),
        cmocka_unit_test(test_steal),
        cmocka_unit_test(test_likes),
        cmocka_unit_test(test_affinity),
        cmocka_unit_test(test_cpu_off),
        cmocka_unit_test(test_cpu_off_pinned),
        cmocka_unit_test(test_cpu_off_capped),
    };

    return cmocka_run_group_tests_name("cpus", tests, NULL, NULL);
}
