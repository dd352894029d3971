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

/*@ assigns \nothing;
    ensures ten_ms: \result == now / 10000000 % NR_WINDOWS;
*/
static uint64_t window_at(uint64_t now)
{
    return now / WINDOW_NS % NR_WINDOWS;
}

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

/* 0, or -EAGAIN: it is one too many; or -EBUSY: somebody else was faster, and it is not counted yet. */
/*@ requires window < NR_WINDOWS;
    assigns windows[0 .. MAX_DOMAINS - 1], exchange_put, exchange_over;
    ensures answer: \result == 0 || \result == -EAGAIN || \result == -EBUSY;
    ensures counts: \result == 0 ==> exchange_put % COUNTS <= EVENTS_MAX &&
      (exchange_over / COUNTS == window && exchange_over < UINT64_MAX ==> exchange_put == exchange_over + 1) &&
      (exchange_over / COUNTS != window ==> exchange_put / COUNTS == window && exchange_put % COUNTS == 1);
    ensures stops: exchange_put == \old(exchange_put) || exchange_put % COUNTS <= EVENTS_MAX + 1;
*/
static int count(uint16_t domid, uint32_t port, uint64_t window)
{
    uint64_t *word = &windows[domid % MAX_DOMAINS];
    uint64_t was = atomic_read64(word), is = counted(was, window);

    if (is % COUNTS > EVENTS_MAX + 1)
        return -EAGAIN;
    if (atomic_cmpxchg64(word, was, is) != was)
        return -EBUSY;
    if (is % COUNTS <= EVENTS_MAX)
        return 0;
    log_guest(LOG_INFO,
              "event_limit: domain %u gets more than %lu events in %lu ms: port %u, and what follows, is dropped",
              domid, EVENTS_MAX, WINDOW_NS / 1000000, port);
    return -EAGAIN;
}

/*@ requires \separated(d, windows + (..));
    assigns windows[0 .. MAX_DOMAINS - 1], exchange_put, exchange_over, time_seen;
    ensures answer: \result == 0 || \result == -EAGAIN;
    ensures never_the_first: d->privileged ==> \result == 0;
*/
int hook_event_send(struct domain *d, uint32_t port)
{
    uint64_t window = window_at(now_ns());

    if (d->privileged)
        return 0; /* its device interrupts are not to be lost */
    /*@ loop invariant 0 <= i <= TRIES;
        loop assigns i, windows[0 .. MAX_DOMAINS - 1], exchange_put, exchange_over;
        loop variant TRIES - i;
    */
    for (unsigned i = 0; i < TRIES; i++) {
        int rc = count(d->id, port, window);

        if (rc != -EBUSY)
            return rc;
    }
    return 0; /* others were faster each time: they are counted */
}
