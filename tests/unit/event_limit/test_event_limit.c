/* SPDX-License-Identifier: MIT */
/* Unit tests of examples/event_limit: 1000 events in 10 ms of a clock that the test sets. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/mock/mock.h"

#include "ports/hooks.h"

#define MS 1000000UL

static uint64_t clock_ns = 1000 * MS;
static struct domain *dom0, *domu, *other;

uint64_t now_ns(void)
{
    return clock_ns;
}

static int setup(void **state)
{
    if (mock_setup(state) != 0)
        return -1;
    dom0 = mock_domain(0, 1, true);
    domu = mock_domain(7, 1, false);
    other = mock_domain(8, 1, false);
    clock_ns += 10 * MS; /* a window of its own */
    return 0;
}

/* How many of so many pass. */
static unsigned passed(struct domain *d, unsigned nr)
{
    unsigned good = 0;

    for (unsigned i = 0; i < nr; i++) {
        int rc = hook_event_send(d, 3);

        assert_true(rc == 0 || rc == -EAGAIN);
        good += rc == 0;
    }
    return good;
}

static void test_limit(void **state)
{
    assert_int_equal(passed(domu, 1000), 1000);
    assert_int_equal(passed(domu, 1), 0);
    assert_int_equal(passed(domu, 200000), 0); /* nothing carries over */
}

static void test_next_window(void **state)
{
    assert_int_equal(passed(domu, 2000), 1000);
    clock_ns += 10 * MS;
    assert_int_equal(passed(domu, 999), 999);
    clock_ns += 10 * MS;
    assert_int_equal(passed(domu, 1500), 1000);
}

static void test_domains_are_apart(void **state)
{
    assert_int_equal(passed(domu, 1001), 1000);
    assert_int_equal(passed(other, 1001), 1000);
}

static void test_first_domain_has_none(void **state)
{
    assert_int_equal(passed(dom0, 5000), 5000);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, mock_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = { T(test_limit), T(test_next_window), T(test_domains_are_apart),
                                        T(test_first_domain_has_none) };

    return cmocka_run_group_tests(tests, mock_start, NULL);
}
