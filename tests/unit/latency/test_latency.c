/* SPDX-License-Identifier: MIT */
/* Unit tests of examples/latency: what falls into which bucket, on which CPU, and who may read. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/mock/mock.h"

#include "ports/hooks.h"

#define BUCKETS 16
#define READ 0
#define CLEAR 1

static uint64_t clock_ns = 1000;
static struct vcpu *v0, *vu;
static uint64_t *words;

uint64_t now_ns(void)
{
    return clock_ns;
}

static int setup(void **state)
{
    if (mock_setup(state) != 0)
        return -1;
    v0 = mock_domain(0, 1, true)->vcpu[0];
    vu = mock_domain(7, 1, false)->vcpu[0];
    words = mock_guest_alloc(BUCKETS * sizeof(*words));
    mock_cpu(0);
    return hook_extension(v0, CLEAR, 0, 0, 0, 0) == 0 ? 0 : -1;
}

static void call(struct vcpu *v, uint32_t nr, uint64_t ns)
{
    hook_hypercall_enter(v, nr);
    clock_ns += ns;
    hook_hypercall_exit(v, nr);
}

static uint64_t count(uint32_t nr, unsigned bucket)
{
    assert_int_equal(hook_extension(v0, READ, mock_gva(words), nr, 0, 0), 0);
    return words[bucket];
}

static uint64_t sum(uint32_t nr)
{
    uint64_t all = 0;

    for (unsigned i = 0; i < BUCKETS; i++)
        all += count(nr, i);
    return all;
}

static void test_buckets(void **state)
{
    call(vu, 32, 0);
    call(vu, 32, 255);
    assert_int_equal(count(32, 0), 2);
    call(vu, 32, 256);
    call(vu, 32, 511);
    assert_int_equal(count(32, 1), 2);
    call(vu, 32, 700);
    assert_int_equal(count(32, 2), 1);
    call(vu, 32, (1UL << 22) - 1);
    assert_int_equal(count(32, 14), 1);
    call(vu, 32, 1UL << 22);
    call(vu, 32, 1UL << 40);
    assert_int_equal(count(32, 15), 2);
    assert_int_equal(sum(32), 8);
    assert_int_equal(sum(31), 0);
}

static void test_cpus_add_up(void **state)
{
    call(vu, 55, 100);
    mock_cpu(1);
    call(vu, 55, 100);
    assert_int_equal(count(55, 0), 2);
}

/* Begun on one CPU and ended on another, or never begun. */
static void test_moved_is_not_counted(void **state)
{
    hook_hypercall_enter(vu, 5);
    mock_cpu(1);
    hook_hypercall_exit(vu, 5);
    hook_hypercall_exit(v0, 5);
    assert_int_equal(sum(5), 0);
    mock_cpu(0);
    hook_hypercall_exit(v0, 5);
    assert_int_equal(sum(5), 0);
}

static void test_who_may(void **state)
{
    assert_int_equal(hook_extension(vu, READ, mock_gva(words), 32, 0, 0), -EPERM);
    assert_int_equal(hook_extension(vu, CLEAR, 0, 0, 0, 0), -EPERM);
    assert_int_equal(hook_extension(v0, READ, mock_gva(words), 56, 0, 0), -EINVAL);
    assert_int_equal(hook_extension(v0, READ, mock_gva(words), UINT64_MAX, 0, 0), -EINVAL);
    assert_int_equal(hook_extension(v0, READ, MOCK_BAD_GVA, 32, 0, 0), -EFAULT);
    assert_int_equal(hook_extension(v0, 99, 0, 0, 0, 0), -ENOSYS);
}

static void test_clear(void **state)
{
    call(vu, 1, 10);
    assert_int_equal(sum(1), 1);
    assert_int_equal(hook_extension(v0, CLEAR, 0, 0, 0, 0), 0);
    assert_int_equal(sum(1), 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, mock_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = { T(test_buckets), T(test_cpus_add_up), T(test_moved_is_not_counted),
                                        T(test_who_may), T(test_clear) };

    return cmocka_run_group_tests(tests, mock_start, NULL);
}
