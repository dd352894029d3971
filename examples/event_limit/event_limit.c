/* SPDX-License-Identifier: MIT */
/*
 * A limit to the events that a domain gets in a window of time; what comes beyond is dropped, and its sender told.
 * A domain has one word: which window it counts in, and how many events came in it. So there is no lock.
 */
#include "core/atomic.h"
#include "core/log.h"
#include "core/timerq.h"
#include "ports/hooks.h"

#define WINDOW_NS 10000000UL /* 10 ms */
#define EVENTS_MAX 1000UL    /* in a window: 100,000 a second */
#define COUNT_BITS 16
#define COUNT_MASK ((1UL << COUNT_BITS) - 1)
#define WINDOW_MASK (UINT64_MAX >> COUNT_BITS)
#define TRIES 4

static uint64_t windows[MAX_DOMAINS] SC_ATOMIC; /* by domain: window, then the count */

/* The word with one event more in this window. */
static uint64_t counted(uint64_t word, uint64_t window)
{
    return word >> COUNT_BITS == window ? word + 1 : (window << COUNT_BITS) + 1;
}

int hook_event_send(struct domain *d, uint32_t port)
{
    uint64_t *word = &windows[d->id % MAX_DOMAINS], window = now_ns() / WINDOW_NS & WINDOW_MASK;

    if (d->privileged)
        return 0; /* its device interrupts are not to be lost */
    for (unsigned i = 0; i < TRIES; i++) {
        uint64_t was = atomic_read64(word), is = counted(was, window);

        if ((is & COUNT_MASK) > EVENTS_MAX + 1)
            return -EAGAIN;
        if (atomic_cmpxchg64(word, was, is) != was)
            continue;
        if ((is & COUNT_MASK) <= EVENTS_MAX)
            return 0;
        log_guest(LOG_INFO,
                  "event_limit: domain %u gets more than %lu events in %lu ms: port %u, and what follows, is dropped",
                  d->id, EVENTS_MAX, WINDOW_NS / 1000000, port);
        return -EAGAIN;
    }
    return 0; /* others were faster each time: they are counted */
}
