/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * A log of the last events: a free-running number masked to the table's size gives the slot, and
 * old entries are overwritten.
 */
#include "core/base.h"

#define NR_EVENTS 64 /* a power of two */

struct event {
    uint64_t time_ns;
    uint32_t kind;
    uint32_t data;
};

struct event_log {
    uint32_t next;
    struct event events[NR_EVENTS];
};

void event_log_add(struct event_log *l, uint64_t time_ns, uint32_t kind, uint32_t data)
{
    struct event *e = &l->events[l->next++ & (NR_EVENTS - 1)];

    e->time_ns = time_ns;
    e->kind = kind;
    e->data = data;
}

/* Copy the newest n events, newest first; returns how many there were. */
uint32_t event_log_last(const struct event_log *l, struct event *out SC_COUNT(n), uint32_t n)
{
    const uint32_t next = l->next;
    uint32_t i;

    for (i = 0; i < n && i < NR_EVENTS && i < next; i++)
        out[i] = l->events[(next - 1 - i) & (NR_EVENTS - 1)];
    return i;
}
