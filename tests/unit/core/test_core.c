/* SPDX-License-Identifier: MIT */
/* Unit tests of what the core has for many CPUs: clustered objects, sloppy counts, grace periods.  One thread, which says
 * which CPU it is. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/mock/mock.h"

#include "core/rcu.h"
#include "core/sloppy.h"

struct rep {
    uint32_t made_on;
} __attribute__((aligned(64)));

SC_CLUSTER_TYPE(by_cpu, struct rep);
SC_CLUSTER_TYPE(by_node, struct rep);
SC_CLUSTER(cpu_rep, by_cpu, struct rep, cluster_cpu);
SC_CLUSTER(node_rep, by_node, struct rep, cluster_node);

static struct vcpu *settled[8];
static unsigned nr_settled;

void vcpu_info_settle(struct vcpu *v)
{
    settled[nr_settled++ % 8] = v;
}

static struct domain *freed;

void domain_free(struct domain *d)
{
    freed = d;
}

void cpu_look(const struct cpu *cpu) {}

static void test_cluster(void **state)
{
    struct by_cpu c = { 0 };
    struct rep *zero, *five;

    mock_cpu(0);
    assert_null(cpu_rep_at(&c, 0));
    zero = cpu_rep_here(&c);
    assert_non_null(zero);
    assert_ptr_equal(cpu_rep_here(&c), zero);
    mock_cpu(5);
    mock_pool_fail_in = 1;
    assert_null(cpu_rep_here(&c)); /* no memory */
    five = cpu_rep_here(&c);
    assert_ptr_not_equal(five, zero);
    assert_ptr_equal(cpu_rep_at(&c, 5), five);
    assert_ptr_equal(cpu_rep_at(&c, 0), zero);
    assert_null(cpu_rep_at(&c, 1));
    assert_int_equal(mock_pool_live, 2);
    cpu_rep_end(&c);
    assert_int_equal(mock_pool_live, 0);
    mock_cpu(0);
}

static void test_cluster_by_node(void **state)
{
    struct by_node c = { 0 };
    struct rep *one;

    for (uint32_t i = 0; i < 4; i++)
        cpus[i].node = i / 2;
    mock_cpu(0);
    one = node_rep_here(&c);
    mock_cpu(1);
    assert_ptr_equal(node_rep_here(&c), one);
    mock_cpu(2);
    assert_ptr_not_equal(node_rep_here(&c), one);
    /* Made by two CPUs of a node at once: the first one's stays. */
    assert_ptr_equal(node_rep_make(&c, 0), one);
    assert_int_equal(mock_pool_live, 2);
    node_rep_end(&c);
    mock_cpu(0);
}

static void test_sloppy(void **state)
{
    struct sloppy s = { 0 };
    uint64_t n = 0;

    for (uint32_t i = 0; i < 200; i++) {
        mock_cpu(i % 3);
        sloppy_add(&s, i % 5);
        n += i % 5;
        assert_int_equal(sloppy_read(&s), n);
        assert_true(sloppy_about(&s) <= n && n - sloppy_about(&s) < 3 * SLOPPY_MOST + 5);
    }
    assert_int_not_equal(sloppy_about(&s), 0);
    for (; n > 0; n--) {
        mock_cpu(n % 4);
        sloppy_add(&s, -1);
        assert_int_equal(sloppy_read(&s), n - 1);
    }
    sloppy_end(&s);
    assert_int_equal(sloppy_read(&s), 0);
    mock_cpu(0);
}

/* Ups and downs stay with their CPU. */
static void test_sloppy_keeps(void **state)
{
    struct sloppy s = { 0 };

    for (uint32_t i = 0; i < 1000; i++)
        sloppy_add(&s, i % 2 == 0 ? 1 : -1);
    sloppy_add(&s, SLOPPY_MOST);
    assert_int_equal(sloppy_about(&s), 0);
    assert_int_equal(sloppy_read(&s), SLOPPY_MOST);
    sloppy_add(&s, 1);
    assert_int_equal(sloppy_about(&s), SLOPPY_MOST + 1);
    sloppy_end(&s);
}

/* Without memory for a part the total is changed. */
static void test_sloppy_nomem(void **state)
{
    struct sloppy s = { 0 };

    mock_pool_fail_in = 1;
    sloppy_add(&s, 3);
    assert_int_equal(sloppy_about(&s), 3);
    sloppy_add(&s, -1);
    assert_int_equal(sloppy_about(&s), 3);
    assert_int_equal(sloppy_read(&s), 2);
    sloppy_end(&s);
}

static void look(uint32_t cpu)
{
    mock_cpu(cpu);
    cpus[cpu].pending = 0;
    rcu_look();
}

static bool is_asked(uint32_t cpu)
{
    return (cpus[cpu].pending & 1U << SOFTIRQ_RCU) != 0;
}

static void three_cpus(void)
{
    nr_settled = 0;
    for (uint32_t i = 0; i < 3; i++) {
        mock_cpu(i);
        rcu_join();
        cpus[i].pending = 0;
    }
}

static void no_cpus(void)
{
    for (uint32_t i = 0; i < 3; i++) {
        look(0), look(1), look(2);
        mock_cpu(i);
        assert_true(rcu_leave());
    }
    mock_cpu(0);
}

static void test_rcu_wait(void **state)
{
    uint64_t grace = 0, later = 0;

    three_cpus();
    mock_cpu(1);
    assert_false(is_asked(0) || is_asked(1) || is_asked(2)); /* nothing is asked for */
    assert_false(rcu_wait(&grace));
    assert_true(is_asked(0) && is_asked(1) && is_asked(2));
    look(0);
    look(1);
    assert_false(rcu_wait(&grace));
    assert_false(rcu_wait(&later));
    look(2);
    assert_true(rcu_wait(&grace));
    assert_false(rcu_wait(&later)); /* 0 and 1 looked before it began */
    look(0);
    look(1);
    assert_true(rcu_wait(&later));
    no_cpus();
}

static void test_rcu_defer(void **state)
{
    static struct vcpu v[3];
    static struct rcu_item x[3];

    three_cpus();
    mock_cpu(1);
    rcu_defer(&x[0], RCU_VCPU_INFO, &v[0]);
    rcu_defer(&x[1], RCU_VCPU_INFO, &v[1]);
    look(1);
    look(0);
    assert_int_equal(nr_settled, 0);
    assert_false(is_asked(1));
    look(2); /* the last: the one that waits is told, and does it */
    assert_true(is_asked(1));
    assert_int_equal(nr_settled, 0);
    look(1);
    assert_int_equal(nr_settled, 2);
    assert_ptr_equal(settled[0], &v[0]);
    assert_ptr_equal(settled[1], &v[1]);
    cpus[0].pending = cpus[1].pending = 0;
    look(2); /* nothing waits: nobody is told */
    assert_false(is_asked(0) || is_asked(1));
    rcu_defer(&x[2], RCU_VCPU_INFO, &v[2]);
    look(0), look(1), look(2);
    assert_int_equal(nr_settled, 3);
    no_cpus();
}

static void test_rcu_defer_domain(void **state)
{
    static struct domain d;
    static struct vcpu v;
    static struct rcu_item of_vcpu;

    three_cpus();
    mock_cpu(0);
    freed = NULL;
    rcu_defer(&of_vcpu, RCU_VCPU_INFO, &v);
    rcu_defer_domain(&d.gone, &d);
    look(1), look(2);
    assert_null(freed);
    look(0);
    assert_int_equal(nr_settled, 1);
    assert_ptr_equal(freed, &d);
    no_cpus();
}

/* What a domain that ends leaves of its frames. */
static void test_frame_leave(void **state)
{
    struct domain *d = mock_domain(1, 1, false), *other = mock_domain(2, 1, false);
    unsigned before = mock_free_frames;
    mfn_t m = mock_frame(d);
    fref_t ro, rw;

    mock_frames_gone = 0;
    assert_false(frame_leave(m, other->id)); /* not its own */
    assert_true(frame_leave(m, d->id));      /* nobody holds it */
    assert_int_equal(mock_frames_gone, 1);
    assert_int_equal(mock_gone_of, d->id);
    assert_false(frame_leave(m, d->id)); /* it is free */
    assert_int_equal(mock_free_frames, before);
    /* Held twice: the last of both frees it; meanwhile nobody gets it, by any name. */
    m = mock_frame(d);
    assert_int_equal(frame_get_ro(m, d->id, &ro), 0);
    assert_int_equal(frame_get_rw(m, d->id, &rw), 0);
    assert_true(frame_leave(m, d->id));
    assert_false(frame_leave(m, d->id)); /* counted once */
    assert_int_equal(frame_get_ro(m, d->id, &ro), -EINVAL);
    assert_int_equal(frame_unassign(m, d->id), -EINVAL);
    frame_put(rw);
    assert_int_equal(mock_frames_gone, 1);
    frame_put(ro);
    assert_int_equal(mock_frames_gone, 2);
    assert_int_equal(mock_free_frames, before);
    /* Given up before, and held still. */
    m = mock_frame(d);
    assert_int_equal(frame_get_ro(m, d->id, &ro), 0);
    assert_int_equal(frame_unassign(m, d->id), 0);
    assert_true(frame_leave(m, d->id));
    frame_put(ro);
    assert_int_equal(mock_frames_gone, 3);
    /* Shared with it: not its own. */
    assert_int_equal(frame_alloc_shared(d->id, &rw), 0);
    assert_false(frame_leave(fref_mfn(rw), d->id));
    frame_unshare(rw, d->id);
    assert_int_equal(mock_frames_gone, 3);
    assert_int_equal(mock_free_frames, before);
}

/* A CPU that goes: with something of its own it may not; and others do not wait for it any more. */
static void test_rcu_leave(void **state)
{
    static struct vcpu v[2];
    static struct rcu_item x[2];
    uint64_t grace = 0;

    three_cpus();
    mock_cpu(2);
    rcu_defer(&x[0], RCU_VCPU_INFO, &v[0]);
    assert_false(rcu_leave());
    look(0), look(1), look(2);
    assert_int_equal(nr_settled, 1);
    mock_cpu(0);
    rcu_defer(&x[1], RCU_VCPU_INFO, &v[1]);
    assert_false(rcu_wait(&grace));
    look(1), look(0);
    assert_false(is_asked(0));
    mock_cpu(2);
    assert_true(rcu_leave()); /* it was the last that had not looked */
    assert_true(is_asked(0));
    look(0);
    assert_int_equal(nr_settled, 2);
    assert_true(rcu_wait(&grace));
    /* Back again it is waited for. */
    mock_cpu(2);
    rcu_join();
    grace = 0;
    assert_false(rcu_wait(&grace));
    look(0), look(1);
    assert_false(rcu_wait(&grace));
    look(2);
    assert_true(rcu_wait(&grace));
    no_cpus();
}

int run_timer_heap_tests(void); /* test_timer_heap.c */

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(test_##name, mock_setup, mock_teardown)
    const struct CMUnitTest tests[] = {
        T(cluster), T(cluster_by_node), T(sloppy),     T(sloppy_keeps),
        T(sloppy_nomem), T(rcu_wait),   T(rcu_defer), T(rcu_leave), T(rcu_defer_domain), T(frame_leave),
    };

    return cmocka_run_group_tests_name("core", tests, mock_start, NULL) + run_timer_heap_tests();
}
