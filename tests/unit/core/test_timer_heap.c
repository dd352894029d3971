/* SPDX-License-Identifier: MIT */
/* The timers' heap beside a list that is searched from end to end: what is proved of it (docs/handbook/proofs.md), of
 * the code as the compiler made it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/timer_heap.h"

#define STEPS 200000

static struct timerq queue;
static struct timer timers[TIMERQ_MAX];
static uint64_t when[TIMERQ_MAX]; /* UINT64_MAX: not queued */

static uint64_t number(uint64_t below)
{
    static uint64_t state = 88172645463325252;

    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state % below;
}

/* nr timers are in the list. */
static void look(uint16_t nr)
{
    uint64_t first = UINT64_MAX;
    uint16_t queued = 0;

    for (uint16_t i = 0; i < nr; i++) {
        uint16_t slot = timers[i].slot;

        if (when[i] == UINT64_MAX) {
            assert_int_equal(slot, 0);
            continue;
        }
        queued++;
        assert_in_range(slot, 1, queue.nr);
        assert_ptr_equal(queue.heap[slot], &timers[i]);
        assert_int_equal(timers[i].deadline_ns, when[i]);
        if (when[i] < first)
            first = when[i];
    }
    assert_int_equal(queue.nr, queued);
    if (queued == 0)
        assert_null(timer_heap_first(&queue));
    else
        assert_int_equal(timer_heap_first(&queue)->deadline_ns, first);
}

static void expire(uint16_t nr, uint64_t now)
{
    struct timer *t = timer_heap_due(&queue, now);

    if (t != NULL) {
        assert_true(when[t - timers] <= now);
        for (uint16_t i = 0; i < nr; i++)
            assert_true(when[i] >= when[t - timers]);
        when[t - timers] = UINT64_MAX;
        return;
    }
    for (uint16_t i = 0; i < nr; i++)
        assert_true(when[i] > now);
}

/* Deadlines below `latest`: few, so that many are equal, or many. */
static void any_steps(uint16_t nr, uint64_t latest)
{
    memset(&queue, 0, sizeof(queue));
    memset(timers, 0, sizeof(timers));
    memset(when, 0xff, sizeof(when));
    for (uint32_t step = 0; step < STEPS / nr; step++) {
        uint16_t i = (uint16_t)number(nr);
        uint64_t deadline = number(latest);

        if (number(5) == 0) {
            expire(nr, number(latest));
        } else if (when[i] == UINT64_MAX) {
            timer_heap_insert(&queue, &timers[i], deadline);
            when[i] = deadline;
        } else if (number(2) == 0) {
            timer_heap_remove(&queue, &timers[i]);
            when[i] = UINT64_MAX;
        } else {
            timer_heap_change(&queue, &timers[i], deadline);
            when[i] = deadline;
        }
        look(nr);
    }
}

static void test_any_steps(void **state)
{
    for (uint16_t nr = 1; nr <= 40; nr++) {
        any_steps(nr, 10);
        any_steps(nr, UINT64_MAX);
    }
}

static void test_full(void **state)
{
    memset(&queue, 0, sizeof(queue));
    memset(timers, 0, sizeof(timers));
    for (uint16_t i = 0; i < TIMERQ_MAX; i++) {
        when[i] = number(1000);
        timer_heap_insert(&queue, &timers[i], when[i]);
    }
    look(TIMERQ_MAX);
    for (uint16_t i = 0; i < TIMERQ_MAX; i++)
        expire(TIMERQ_MAX, UINT64_MAX - 1);
    look(TIMERQ_MAX);
}

int run_timer_heap_tests(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_any_steps), cmocka_unit_test(test_full) };

    return cmocka_run_group_tests_name("timer_heap", tests, NULL, NULL);
}
