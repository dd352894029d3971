/* SPDX-License-Identifier: MIT */
/*
 * fifo_word.h - one event word of the FIFO ABI, and one control block.
 * Source: Xen public header event_channel.h.
 *
 * These words are the guest's too, and change at any time: so contracts say what was seen of them and what this CPU has
 * changed (core/guest.h), and of a word after as the last locked operation left it.  What happens amid that,
 * verifier/models/fifo.pml is about.
 */
#ifndef MODULES_EVTCHN_FIFO_WORD_H
#define MODULES_EVTCHN_FIFO_WORD_H

#include "core/guest.h"

#include <xen/event_channel.h>

#define WORD_PENDING (1U << EVTCHN_FIFO_PENDING)
#define WORD_MASKED (1U << EVTCHN_FIFO_MASKED)
#define WORD_LINKED (1U << EVTCHN_FIFO_LINKED)
#define WORD_BUSY (1U << EVTCHN_FIFO_BUSY)
#define WORD_LINK ((uint32_t)EVTCHN_FIFO_LINK_MASK)

/* In words of a page: the control block is "ready", a pad, then the heads. */
#define CONTROL_HEADS (offsetof(struct evtchn_fifo_control_block, head) / 4)

/* A guest that keeps to the ABI changes a word at most four times after BUSY is set. */
#define LINK_TRIES 5

#define LINK_DONE 0
#define LINK_EMPTY 1
#define LINK_GIVEN_UP 2

#define RAISED_NEW 1U    /* was not pending: look for pollers */
#define RAISED_UPCALL 2U /* the queue was empty: tell the vcpu */

/*@ logic integer vcpu_in(integer queue) = queue / 256;
    logic integer priority_in(integer queue) = queue % 16;
*/

/*@ requires vcpu < 0x1000000 && priority < 16;
    assigns \nothing;
    ensures vcpu: vcpu_in(\result) == vcpu;
    ensures priority: priority_in(\result) == priority;
*/
SC_INLINE uint32_t queue_make(uint32_t vcpu, uint32_t priority)
{
    return vcpu * 256 + priority;
}
/*@ assigns \nothing;
    ensures \result == vcpu_in(queue);
*/
SC_INLINE uint32_t queue_vcpu(uint32_t queue)
{
    return queue / 256;
}
/*@ assigns \nothing;
    ensures \result == priority_in(queue) && \result < 16;
*/
SC_INLINE uint32_t queue_priority(uint32_t queue)
{
    return queue % EVTCHN_FIFO_MAX_QUEUES;
}

/*@ assigns word_seen, always_seen;
    ensures seen: \result <==> (word_seen & WORD_PENDING) != 0;
*/
SC_INLINE bool word_is_pending(const uint32_t *word)
{
    return (shared_read32(word) & WORD_PENDING) != 0;
}
/*@ assigns word_seen, always_seen;
    ensures seen: \result <==> (word_seen & WORD_LINKED) != 0;
*/
SC_INLINE bool word_is_linked(const uint32_t *word)
{
    return (shared_read32(word) & WORD_LINKED) != 0;
}

/* It may stay LINKED: the guest finds it not pending, and takes it out. */
/*@ requires turned_off == 0;
    assigns *word, word_seen, always_seen, turned_off;
    ensures cleared: (*word & WORD_PENDING) == 0;
    ensures others: (turned_off & ~WORD_PENDING) == 0;
*/
SC_INLINE void word_clear_pending(uint32_t *word)
{
    (void)shared_and32(word, ~WORD_PENDING);
}

/* True: it is pending, and the guest has to be told. */
/*@ requires turned_off == 0;
    assigns *word, word_seen, always_seen, turned_off;
    ensures open: (*word & WORD_MASKED) == 0;
    ensures pending: \result <==> (*word & WORD_PENDING) != 0;
    ensures others: (turned_off & ~WORD_MASKED) == 0;
*/
SC_INLINE bool word_unmask(uint32_t *word)
{
    return (shared_and32(word, ~WORD_MASKED) & WORD_PENDING) != 0;
}

/* Nothing of the port is set, as w says: set PENDING and LINKED, if w is still there. */
/*@ requires turned_on == 0 && turned_off == 0 && put_on == 0;
    assigns *word, word_seen, always_seen, put_on, turned_on, turned_off, words_missed;
    ensures raised: \result ==> (put_on & WORD_PENDING) != 0 && (turned_on & WORD_PENDING) != 0;
    ensures linked: \result ==> (*word & WORD_LINKED) != 0 && (turned_on & WORD_LINKED) != 0;
    ensures open: \result ==> (word_seen & WORD_MASKED) == 0 && (always_seen & WORD_MASKED) == 0;
    ensures off: \forall integer i; 0 <= i < 32 ==> (turned_off & (1 << i)) == 0;
    ensures masked: (turned_on & WORD_MASKED) == 0;
    ensures busy: (turned_on & WORD_BUSY) == 0;
    ensures exactly: \result ==> *word == (word_seen | WORD_PENDING | WORD_LINKED);
    ensures missed: !\result ==> turned_on == 0 && put_on == 0;
*/
SC_INLINE bool word_raise_idle(uint32_t *word, uint32_t w)
{
    return likely((w & WORD_PENDING) == 0 && (w & WORD_MASKED) == 0 && (w & WORD_LINKED) == 0) &&
           likely(shared_cmpxchg32(word, w, w | WORD_PENDING | WORD_LINKED) == w);
}
/* Set PENDING: the word as it was. */
/*@ requires turned_on == 0 && put_on == 0;
    assigns *word, word_seen, always_seen, put_on, turned_on;
    ensures seen: \result == word_seen;
    ensures raised: (put_on & WORD_PENDING) != 0;
    ensures new: (\result & WORD_PENDING) == 0 <==> (turned_on & WORD_PENDING) != 0;
    ensures open: (\result & WORD_MASKED) == 0 ==> (always_seen & WORD_MASKED) == 0;
    ensures not_linked: (turned_on & WORD_LINKED) == 0;
    ensures masked: (turned_on & WORD_MASKED) == 0;
    ensures busy: (turned_on & WORD_BUSY) == 0;
    ensures others: (turned_on & ~WORD_PENDING) == 0 && (turned_on & ~(WORD_PENDING | WORD_LINKED)) == 0;
*/
SC_INLINE uint32_t word_raise(uint32_t *word)
{
    return shared_or32(word, WORD_PENDING);
}
/* Set LINKED: true if it was not. */
/*@ requires (turned_on & ~WORD_PENDING) == 0;
    assigns *word, word_seen, always_seen, put_on, turned_on;
    ensures linked: (*word & WORD_LINKED) != 0;
    ensures once: \result <==> (turned_on & WORD_LINKED) != 0;
    ensures seen: \result <==> (word_seen & WORD_LINKED) == 0;
    ensures raised: (\old(put_on) & WORD_PENDING) != 0 ==> (put_on & WORD_PENDING) != 0;
    ensures new: (turned_on & WORD_PENDING) != 0 <==> (\old(turned_on) & WORD_PENDING) != 0;
    ensures open: (\old(always_seen) & WORD_MASKED) == 0 ==> (always_seen & WORD_MASKED) == 0;
    ensures masked: (turned_on & WORD_MASKED) == 0;
    ensures busy: (turned_on & WORD_BUSY) == 0;
    ensures others: (turned_on & ~(WORD_PENDING | WORD_LINKED)) == 0;
*/
SC_INLINE bool word_link_once(uint32_t *word)
{
    return (shared_or32(word, WORD_LINKED) & WORD_LINKED) == 0;
}

/* Set PENDING, and LINKED too when it is time to queue the port: then *queue_it. */
/*@ requires turned_on == 0 && turned_off == 0 && put_on == 0 && always_seen == 0xffffffff;
    assigns *word, *queue_it, word_seen, always_seen, put_on, turned_on, turned_off, words_missed;
    ensures raised: (put_on & WORD_PENDING) != 0;
    ensures told: \result == RAISED_NEW || \result == 0;
    ensures new: \result == RAISED_NEW <==> (turned_on & WORD_PENDING) != 0;
    ensures once: *queue_it <==> (turned_on & WORD_LINKED) != 0;
    ensures linked: *queue_it ==> (*word & WORD_LINKED) != 0;
    ensures queued: can_queue && !*queue_it ==> (word_seen & WORD_MASKED) != 0 || (word_seen & WORD_LINKED) != 0;
    ensures may: *queue_it ==> can_queue;
    ensures open: *queue_it ==> (always_seen & WORD_MASKED) == 0;
    ensures off: \forall integer i; 0 <= i < 32 ==> (turned_off & (1 << i)) == 0;
    ensures masked: (turned_on & WORD_MASKED) == 0;
    ensures busy: (turned_on & WORD_BUSY) == 0;
*/
SC_INLINE uint32_t word_set_pending(uint32_t *word, bool can_queue, bool *queue_it)
{
    uint32_t w = shared_read32(word);

    *queue_it = false;
    if (likely(can_queue) && word_raise_idle(word, w)) {
        *queue_it = true;
        return RAISED_NEW;
    }
    w = word_raise(word);
    if (can_queue && (w & WORD_MASKED) == 0 && (w & WORD_LINKED) == 0)
        *queue_it = word_link_once(word);
    return (w & WORD_PENDING) == 0 ? RAISED_NEW : 0;
}

/*@ // LINK is port, it is not BUSY, and all else (0xeffe0000) is as before.
    predicate leads_to(integer after, integer before, integer port) = after == ((before & 0xeffe0000) | port);
*/

/* The word w, leading to port. */
/*@ requires (port & WORD_PENDING) == 0 && (port & WORD_MASKED) == 0 && (port & WORD_LINKED) == 0 &&
      (port & WORD_BUSY) == 0;
    assigns \nothing;
    ensures leads: leads_to(\result, w, port);
    ensures pending: (\result & WORD_PENDING) != 0 <==> (w & WORD_PENDING) != 0;
    ensures masked: (\result & WORD_MASKED) != 0 <==> (w & WORD_MASKED) != 0;
    ensures linked: (\result & WORD_LINKED) != 0 <==> (w & WORD_LINKED) != 0;
    ensures not_busy: (\result & WORD_BUSY) == 0;
*/
SC_INLINE uint32_t word_leading_to(uint32_t w, uint32_t port)
{
    return (w & ~(WORD_BUSY | WORD_LINK)) | port;
}

/* Let the word, which was w, lead to port, if w is still there: what was there. */
/*@ requires (port & WORD_PENDING) == 0 && (port & WORD_MASKED) == 0 && (port & WORD_LINKED) == 0 &&
      (port & WORD_BUSY) == 0;
    assigns *tail, word_seen, always_seen, put_on, turned_on, turned_off, words_missed;
    ensures seen: \result == word_seen;
    ensures leads: \result == w ==> leads_to(*tail, w, port);
    ensures kept: \result == w ==> ((*tail & WORD_LINKED) != 0 <==> (w & WORD_LINKED) != 0);
    ensures not_busy: \result == w ==> (*tail & WORD_BUSY) == 0;
    ensures missed: words_missed == (\result == w ? \old(words_missed) : (uint64_t)(\old(words_missed) + 1));
    ensures missed_on: \result != w ==> turned_on == \old(turned_on);
    ensures pending_on: (turned_on & WORD_PENDING) != 0 ==> (\old(turned_on) & WORD_PENDING) != 0;
    ensures pending_off: (turned_off & WORD_PENDING) != 0 ==> (\old(turned_off) & WORD_PENDING) != 0;
    ensures masked_on: (turned_on & WORD_MASKED) != 0 ==> (\old(turned_on) & WORD_MASKED) != 0;
    ensures masked_off: (turned_off & WORD_MASKED) != 0 ==> (\old(turned_off) & WORD_MASKED) != 0;
    ensures linked_on: (turned_on & WORD_LINKED) != 0 ==> (\old(turned_on) & WORD_LINKED) != 0;
    ensures linked_off: (turned_off & WORD_LINKED) != 0 ==> (\old(turned_off) & WORD_LINKED) != 0;
    ensures not_linked: (\old(always_seen) & WORD_LINKED) == 0 || (\result & WORD_LINKED) == 0 ==>
      (always_seen & WORD_LINKED) == 0;
*/
SC_INLINE uint32_t word_append(uint32_t *tail, uint32_t w, uint32_t port)
{
    return shared_cmpxchg32(tail, w, word_leading_to(w, port));
}
/* The guest may not change MASKED from now on: the word as it was. */
/*@ assigns *tail, word_seen, always_seen, put_on, turned_on;
    ensures busy: (*tail & WORD_BUSY) != 0;
    ensures seen: \result == word_seen;
    ensures pending: (turned_on & WORD_PENDING) == (\old(turned_on) & WORD_PENDING);
    ensures masked: (turned_on & WORD_MASKED) == (\old(turned_on) & WORD_MASKED);
    ensures linked: (turned_on & WORD_LINKED) == (\old(turned_on) & WORD_LINKED);
    ensures not_linked: (\old(always_seen) & WORD_LINKED) == 0 || (\result & WORD_LINKED) == 0 ==>
      (always_seen & WORD_LINKED) == 0;
*/
SC_INLINE uint32_t word_make_busy(uint32_t *tail)
{
    return shared_or32(tail, WORD_BUSY);
}
/*@ assigns *tail, word_seen, always_seen, turned_off;
    ensures not_busy: (*tail & WORD_BUSY) == 0;
    ensures pending: (turned_off & WORD_PENDING) == (\old(turned_off) & WORD_PENDING);
    ensures masked: (turned_off & WORD_MASKED) == (\old(turned_off) & WORD_MASKED);
    ensures linked: (turned_off & WORD_LINKED) == (\old(turned_off) & WORD_LINKED);
    ensures not_linked: (\old(always_seen) & WORD_LINKED) == 0 ==> (always_seen & WORD_LINKED) == 0;
*/
SC_INLINE void word_not_busy(uint32_t *tail)
{
    (void)shared_and32(tail, ~WORD_BUSY);
}

/*
 * Append port to the queue whose last port has *tail.  LINK_EMPTY: the guest has
 * taken the tail out already, so that the queue is empty.  LINK_GIVEN_UP: it keeps
 * changing the word, against the protocol, by which it may clear PENDING, and LINKED
 * with LINK, and set or (while not BUSY) clear MASKED.
 */
/*@ requires (port & WORD_PENDING) == 0 && (port & WORD_MASKED) == 0 && (port & WORD_LINKED) == 0 &&
      (port & WORD_BUSY) == 0;
    requires turned_on == 0 && turned_off == 0 && words_missed == 0;
    assigns *tail, word_seen, always_seen, put_on, turned_on, turned_off, words_missed;
    ensures one_of: \result == LINK_DONE || \result == LINK_EMPTY || \result == LINK_GIVEN_UP;
    ensures leads: \result == LINK_DONE ==> leads_to(*tail, word_seen, port);
    ensures linked: \result == LINK_DONE ==> (*tail & WORD_LINKED) != 0;
    ensures empty: \result == LINK_EMPTY ==> (always_seen & WORD_LINKED) == 0;
    ensures given_up: \result == LINK_GIVEN_UP <==> words_missed == LINK_TRIES;
    ensures not_busy: (turned_on & WORD_BUSY) != 0 ==> (*tail & WORD_BUSY) == 0;
    ensures kept_pending: (turned_on & WORD_PENDING) == 0 && (turned_off & WORD_PENDING) == 0;
    ensures kept_masked: (turned_on & WORD_MASKED) == 0 && (turned_off & WORD_MASKED) == 0;
    ensures kept_linked: (turned_on & WORD_LINKED) == 0 && (turned_off & WORD_LINKED) == 0;
*/
SC_INLINE int word_link(uint32_t *tail, uint32_t port)
{
    uint32_t w = shared_read32(tail), seen;

    /*@ loop invariant 0 <= i <= LINK_TRIES && words_missed == i;
        loop invariant first: i == 0 ==> turned_on == 0;
        loop invariant seen: (w & WORD_LINKED) == 0 ==> (always_seen & WORD_LINKED) == 0;
        loop invariant pending: (turned_on & WORD_PENDING) == 0 && (turned_off & WORD_PENDING) == 0;
        loop invariant masked: (turned_on & WORD_MASKED) == 0 && (turned_off & WORD_MASKED) == 0;
        loop invariant linked: (turned_on & WORD_LINKED) == 0 && (turned_off & WORD_LINKED) == 0;
        loop assigns i, w, seen, *tail, word_seen, always_seen, put_on, turned_on, turned_off, words_missed;
        loop variant LINK_TRIES - i;
    */
    for (int i = 0; i < LINK_TRIES; i++) {
        if ((w & WORD_LINKED) == 0) {
            if (i > 0)
                word_not_busy(tail);
            return LINK_EMPTY;
        }
        seen = word_append(tail, w, port);
        if (likely(seen == w))
            return LINK_DONE;
        w = i == 0 ? word_make_busy(tail) | WORD_BUSY : seen;
    }
    word_not_busy(tail);
    return LINK_GIVEN_UP;
}

/* The page's word of the control block at word `at` of it: the queue begins with port. */
/*@ requires at <= 1024 - 18 && priority < 16;
    assigns control[at + 2 + priority];
    ensures head: control[at + 2 + priority] == port;
*/
SC_INLINE void control_set_head(uint32_t *control SC_COUNT(1024), uint32_t at, uint32_t priority, uint32_t port)
{
    shared_write32(&control[at + CONTROL_HEADS + priority], port);
}
/* Set the bit of the queue's priority: true if it was clear. */
/*@ requires at < 1024 && priority < 16;
    requires turned_on == 0;
    assigns control[at], word_seen, always_seen, put_on, turned_on;
    ensures ready: (control[at] & (1 << priority)) != 0;
    ensures new: \result <==> (turned_on & (1 << priority)) != 0;
    ensures others: \forall integer i; 0 <= i < 32 && i != priority ==> (turned_on & (1 << i)) == 0;
*/
SC_INLINE bool control_set_ready(uint32_t *control SC_COUNT(1024), uint32_t at, uint32_t priority)
{
    return (shared_or32(&control[at], 1U << priority) >> priority & 1) == 0;
}

#endif
