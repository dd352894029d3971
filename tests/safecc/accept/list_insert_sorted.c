/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * Inserts a timer into a list that is kept in the order of deadlines; the place is found with a
 * pointer to the predecessor.
 */
#include "core/base.h"

#define TIMERS_MAX 1024

struct timer_entry {
    uint64_t deadline_ns;
    struct timer_entry *next SC_NULLABLE;
};

struct timer_list {
    struct timer_entry *first SC_NULLABLE;
};

void timer_list_insert(struct timer_list *l, struct timer_entry *t)
{
    struct timer_entry *before SC_NULLABLE = NULL;
    struct timer_entry *at SC_NULLABLE = l->first;

    SC_TRIPS(TIMERS_MAX)
    while (at != NULL && at->deadline_ns <= t->deadline_ns) {
        before = at;
        at = at->next;
    }
    t->next = at;
    if (before == NULL)
        l->first = t;
    else
        before->next = t;
}

/* Take out the first that is due, if any. */
SC_NULLABLE struct timer_entry *timer_list_due(struct timer_list *l, uint64_t now_ns)
{
    struct timer_entry *first SC_NULLABLE = l->first;

    if (first == NULL || first->deadline_ns > now_ns)
        return NULL;
    l->first = first->next;
    first->next = NULL;
    return first;
}
