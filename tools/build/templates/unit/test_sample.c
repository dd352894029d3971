/* SPDX-License-Identifier: MIT */
/* Unit tests of modules/sample: each operation with good and with bad input, and its invariant. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/mock/mock.h"

#include "modules/sample/sample.h"

static struct domain *dom0, *domu;

static int setup(void **state)
{
    if (mock_setup(state) != 0)
        return -1;
    dom0 = mock_domain(0, 1, true);
    domu = mock_domain(7, 1, false);
    sample_clear();
    return 0;
}

static uint64_t sum_of(uint64_t slot)
{
    uint64_t sum = 0;

    assert_int_equal(sample_get(slot, &sum), 0);
    return sum;
}

static void test_add(void **state)
{
    assert_int_equal(sample_add(0, 5), 0);
    assert_int_equal(sample_add(0, 7), 0);
    assert_int_equal(sample_add(SAMPLE_SLOTS - 1, 30), 0);
    assert_int_equal(sum_of(0), 12);
    assert_int_equal(sum_of(1), 0);
    assert_int_equal(sum_of(SAMPLE_SLOTS - 1), 30);
}

static void test_no_such_slot(void **state)
{
    uint64_t sum = 99;

    assert_int_equal(sample_add(SAMPLE_SLOTS, 1), -EINVAL);
    assert_int_equal(sample_add(UINT64_MAX, 1), -EINVAL);
    assert_int_equal(sample_get(SAMPLE_SLOTS, &sum), -EINVAL);
    assert_int_equal(sum, 99);
    assert_int_equal(sample_clear(), 0);
}

/* What is refused changes nothing; what just fits is taken. */
static void test_total_is_bounded(void **state)
{
    assert_int_equal(sample_add(1, SAMPLE_TOTAL_MAX - 1), 0);
    assert_int_equal(sample_add(2, 2), -EOVERFLOW);
    assert_int_equal(sample_add(2, UINT64_MAX), -EOVERFLOW);
    assert_int_equal(sum_of(2), 0);
    assert_int_equal(sample_add(2, 1), 0);
    assert_int_equal(sum_of(2), 1);
}

static void test_total_is_the_sum(void **state)
{
    uint64_t all = 0;

    for (uint64_t slot = 0; slot < SAMPLE_SLOTS; slot++)
        assert_int_equal(sample_add(slot, slot * slot + 1), 0);
    for (uint64_t slot = 0; slot < SAMPLE_SLOTS; slot++)
        all += sum_of(slot);
    assert_int_equal(sample_clear(), all);
    for (uint64_t slot = 0; slot < SAMPLE_SLOTS; slot++)
        assert_int_equal(sum_of(slot), 0);
}

static void test_hypercall(void **state)
{
    struct vcpu *v0 = dom0->vcpu[0], *vu = domu->vcpu[0];

    assert_int_equal(hc_sample(vu, SAMPLE_ADD, 3, 40, 0, 0), 0);
    assert_int_equal(hc_sample(v0, SAMPLE_ADD, 3, 2, 0, 0), 0);
    assert_int_equal(hc_sample(vu, SAMPLE_GET, 3, 0, 0, 0), 42);
    assert_int_equal(hc_sample(vu, SAMPLE_ADD, SAMPLE_SLOTS, 1, 0, 0), -EINVAL);
    assert_int_equal(hc_sample(vu, SAMPLE_GET, SAMPLE_SLOTS, 0, 0, 0), -EINVAL);
    assert_int_equal(hc_sample(vu, SAMPLE_CLEAR, 0, 0, 0, 0), -EPERM);
    assert_int_equal(hc_sample(vu, SAMPLE_GET, 3, 0, 0, 0), 42);
    assert_int_equal(hc_sample(v0, SAMPLE_CLEAR, 0, 0, 0, 0), 0);
    assert_int_equal(hc_sample(v0, SAMPLE_GET, 3, 0, 0, 0), 0);
    assert_int_equal(hc_sample(v0, 99, 0, 0, 0, 0), -ENOSYS);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, mock_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_add), T(test_no_such_slot), T(test_total_is_bounded), T(test_total_is_the_sum), T(test_hypercall),
    };

    return cmocka_run_group_tests(tests, mock_start, NULL);
}
