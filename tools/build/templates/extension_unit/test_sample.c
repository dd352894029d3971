/* SPDX-License-Identifier: MIT */
/* Unit tests of examples/sample: what is counted, and who may do what. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/mock/mock.h"

#include "ports/hooks.h"

enum { COUNT, CLEAR };

static struct vcpu *v0, *vu;

static int setup(void **state)
{
    if (mock_setup(state) != 0)
        return -1;
    v0 = mock_domain(0, 1, true)->vcpu[0];
    vu = mock_domain(7, 1, false)->vcpu[0];
    return hook_extension(v0, CLEAR, 0, 0, 0, 0) == 0 ? 0 : -1;
}

static void test_count(void **state)
{
    hook_hypercall_enter(vu, 32);
    hook_hypercall_enter(v0, 32);
    hook_hypercall_enter(v0, 0);
    hook_hypercall_enter(v0, 63);
    assert_int_equal(hook_extension(vu, COUNT, 32, 0, 0, 0), 2);
    assert_int_equal(hook_extension(vu, COUNT, 0, 0, 0, 0), 1);
    assert_int_equal(hook_extension(vu, COUNT, 63, 0, 0, 0), 1);
    assert_int_equal(hook_extension(vu, COUNT, 1, 0, 0, 0), 0);
}

static void test_bad_numbers(void **state)
{
    hook_hypercall_enter(vu, 64);
    hook_hypercall_enter(vu, UINT32_MAX);
    assert_int_equal(hook_extension(vu, COUNT, 64, 0, 0, 0), -EINVAL);
    assert_int_equal(hook_extension(vu, COUNT, UINT64_MAX, 0, 0, 0), -EINVAL);
    assert_int_equal(hook_extension(vu, 99, 0, 0, 0, 0), -ENOSYS);
    for (unsigned i = 0; i < 64; i++)
        assert_int_equal(hook_extension(vu, COUNT, i, 0, 0, 0), 0);
}

static void test_clear(void **state)
{
    hook_hypercall_enter(vu, 32);
    assert_int_equal(hook_extension(vu, CLEAR, 0, 0, 0, 0), -EPERM);
    assert_int_equal(hook_extension(vu, COUNT, 32, 0, 0, 0), 1);
    assert_int_equal(hook_extension(v0, CLEAR, 0, 0, 0, 0), 0);
    assert_int_equal(hook_extension(vu, COUNT, 32, 0, 0, 0), 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, mock_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = { T(test_count), T(test_bad_numbers), T(test_clear) };

    return cmocka_run_group_tests(tests, mock_start, NULL);
}
