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
#define COUNTS 65536UL       /* the word is a window's number times this, and the count */
#define NR_WINDOWS (UINT64_MAX / COUNTS + 1)
#define TRIES 4

static uint64_t windows[MAX_DOMAINS] SC_ATOMIC; /* by domain: window, then the count */

/* The word with one event more in this window. */
/*@ requires window < NR_WINDOWS;
    assigns \nothing;
    ensures one_more: word / COUNTS == window && word < UINT64_MAX ==> \result == word + 1;
    ensures begins: word / COUNTS != window ==> \result / COUNTS == window && \result % COUNTS == 1;
*/
static uint64_t counted(uint64_t word, uint64_t window)
{
    return word / COUNTS == window ? word + 1 : window * COUNTS + 1;
}

/*@ assigns windows[0 .. MAX_DOMAINS - 1];
    ensures answer: \result == 0 || \result == -EAGAIN;
    ensures never_the_first: d->privileged ==> \result == 0;
*/
int hook_event_send(struct domain *d, uint32_t port)
{
    uint64_t *word = &windows[d->id % MAX_DOMAINS], window = now_ns() / WINDOW_NS % NR_WINDOWS;

    if (d->privileged)
        return 0; /* its device interrupts are not to be lost */
    /*@ loop invariant 0 <= i <= TRIES;
        loop assigns i, windows[0 .. MAX_DOMAINS - 1];
        loop variant TRIES - i;
    */
    for (unsigned i = 0; i < TRIES; i++) {
        uint64_t was = atomic_read64(word), is = counted(was, window);

        if (is % COUNTS > EVENTS_MAX + 1)
            return -EAGAIN;
        if (atomic_cmpxchg64(word, was, is) != was)
            continue;
        if (is % COUNTS <= EVENTS_MAX)
            return 0;
        log_guest(LOG_INFO,
                  "event_limit: domain %u gets more than %lu events in %lu ms: port %u, and what follows, is dropped",
                  d->id, EVENTS_MAX, WINDOW_NS / 1000000, port);
        return -EAGAIN;
    }
    return 0; /* others were faster each time: they are counted */
}
