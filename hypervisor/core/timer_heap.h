/* SPDX-License-Identifier: MIT */
/*
 * timer_heap.h - a queue's timers as a binary heap: the earliest is heap[1].
 *
 * Only these functions write nr, heap and a timer's slot and deadline, under the queue's lock.  That is proved of each
 * (docs/handbook/proofs.md): it keeps heap_ok, and puts in or takes out the timer that it was asked to and no other.
 * A timer is queued exactly if its slot is not 0, and then the slot is its place.
 */
#ifndef CORE_TIMER_HEAP_H
#define CORE_TIMER_HEAP_H

#include "core/timerq.h"

/*@ predicate queued{L}(struct timerq *q, struct timer *t) = 1 <= t->slot <= q->nr && q->heap[t->slot] == t;
    predicate ordered{L}(struct timerq *q) = \forall integer i; 2 <= i <= q->nr ==>
      q->heap[i / 2]->deadline_ns <= q->heap[i]->deadline_ns;
    predicate heap_ok{L}(struct timerq *q) = q->nr <= TIMERQ_MAX && ordered(q) &&
      \forall integer i; 1 <= i <= q->nr ==> \valid(q->heap[i]) && \separated(q, q->heap[i]) &&
        q->heap[i]->slot == i;
    // No timer is in two places.
    lemma once{L}: \forall struct timerq *q, integer i, j; heap_ok(q) && 1 <= i <= q->nr && 1 <= j <= q->nr &&
      q->heap[i] == q->heap[j] ==> i == j;
*/

/* Put in t, which is in no queue. */
/*@ requires heap: heap_ok(q);
    requires room: q->nr < TIMERQ_MAX;
    requires apart: \separated(q, t);
    requires in_none: t->slot == 0;
    assigns q->heap[1 .. q->nr + 1] \from t, q->heap[1 .. q->nr];
    assigns q->nr, q->heap[1 .. q->nr]->slot, t->slot, t->deadline_ns;
    ensures heap: heap_ok(q);
    ensures put: \forall struct timer *x; queued(q, x) <==> queued{Pre}(q, x) || x == t;
    ensures one_more: q->nr == \old(q->nr) + 1;
    ensures when: t->deadline_ns == deadline_ns;
*/
SC_CORE void timer_heap_insert(struct timerq *q, struct timer *t, uint64_t deadline_ns) SC_HOLDS(q->lock);

/* t, which is in the queue, has another deadline. */
/*@ requires heap: heap_ok(q);
    requires there: queued(q, t);
    assigns q->heap[1 .. q->nr] \from t, q->heap[1 .. q->nr];
    assigns q->heap[1 .. q->nr]->slot, t->slot, t->deadline_ns;
    ensures heap: heap_ok(q);
    ensures same: \forall struct timer *x; queued(q, x) <==> queued{Pre}(q, x);
    ensures when: t->deadline_ns == deadline_ns;
*/
SC_CORE void timer_heap_change(struct timerq *q, struct timer *t, uint64_t deadline_ns) SC_HOLDS(q->lock);

/* Take out t, which is in the queue. */
/*@ requires heap: heap_ok(q);
    requires there: queued(q, t);
    assigns q->heap[1 .. q->nr] \from q->heap[1 .. q->nr];
    assigns q->nr, q->heap[1 .. q->nr]->slot, t->slot;
    ensures heap: heap_ok(q);
    ensures out: \forall struct timer *x; queued(q, x) <==> queued{Pre}(q, x) && x != t;
    ensures one_less: q->nr == \old(q->nr) - 1;
    ensures in_none: t->slot == 0;
*/
SC_CORE void timer_heap_remove(struct timerq *q, struct timer *t) SC_HOLDS(q->lock);

/* The earliest, or none if the queue is empty. */
/*@ requires heap: heap_ok(q);
    assigns \result \from q->heap[1];
    ensures none: \result == \null <==> q->nr == 0;
    ensures there: \result != \null ==> \valid(\result) && queued(q, \result);
    ensures earliest: \forall struct timer *x; queued(q, x) ==> \result->deadline_ns <= x->deadline_ns;
*/
SC_CORE SC_NULLABLE struct timer *timer_heap_first(const struct timerq *q) SC_HOLDS(q->lock);

/* Take out the earliest, if its time has come. */
/*@ requires heap: heap_ok(q);
    assigns q->heap[1 .. q->nr], \result \from q->heap[1 .. q->nr];
    assigns q->nr, q->heap[1 .. q->nr]->slot;
    ensures heap: heap_ok(q);
    ensures none: \result == \null <==> \forall struct timer *x; queued{Pre}(q, x) ==> x->deadline_ns > now;
    ensures there: \result != \null ==> queued{Pre}(q, \result) && \result->slot == 0;
    ensures earliest: \result != \null ==> \forall struct timer *x; queued{Pre}(q, x) ==>
      \result->deadline_ns <= x->deadline_ns;
    ensures out: \forall struct timer *x; queued(q, x) <==> queued{Pre}(q, x) && x != \result;
*/
SC_CORE SC_NULLABLE struct timer *timer_heap_due(struct timerq *q, uint64_t now) SC_HOLDS(q->lock);

#endif
