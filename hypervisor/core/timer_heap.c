/* SPDX-License-Identifier: MIT */
#include "core/timer_heap.h"

#include "core/atomic.h"

/* While a timer t is looking for its place, one entry of the heap means nothing. */
/*@ predicate queued_but{L}(struct timerq *q, integer hole, struct timer *t) = queued(q, t) && t->slot != hole;
    predicate others_ok{L}(struct timerq *q, integer hole, struct timer *t) = 1 <= hole <= q->nr <= TIMERQ_MAX &&
      \forall integer i; 1 <= i <= q->nr && i != hole ==> \valid(q->heap[i]) && \separated(q, q->heap[i]) &&
        q->heap[i]->slot == i && q->heap[i] != t;
    predicate others_ordered{L}(struct timerq *q, integer hole) = \forall integer i; 2 <= i <= q->nr && i != hole ==>
      (i / 2 != hole ==> q->heap[i / 2]->deadline_ns <= q->heap[i]->deadline_ns) &&
      (i / 2 == hole && 2 <= hole ==> q->heap[hole / 2]->deadline_ns <= q->heap[i]->deadline_ns);
    predicate not_after_children{L}(struct timerq *q, integer hole, struct timer *t) =
      \forall integer i; 2 <= i <= q->nr && i / 2 == hole ==> t->deadline_ns <= q->heap[i]->deadline_ns;
    predicate not_before_parent{L}(struct timerq *q, integer hole, struct timer *t) =
      2 <= hole ==> q->heap[hole / 2]->deadline_ns <= t->deadline_ns;
*/

/*@ requires in: 1 <= slot <= TIMERQ_MAX;
    assigns q->heap[slot] \from t;
    assigns t->slot;
    ensures q->heap[slot] == t && t->slot == slot;
*/
static void place_locked(struct timerq *q, uint16_t slot, struct timer *t)
{
    q->heap[slot] = t;
    atomic_write16(&t->slot, slot);
}

/* Put t there, or where a later one is above. */
/*@ requires apart: \separated(q, t);
    requires others: others_ok(q, slot, t);
    requires order: others_ordered(q, slot);
    requires below: not_after_children(q, slot, t);
    assigns q->heap[1 .. slot] \from t, q->heap[1 .. slot];
    assigns q->heap[1 .. slot - 1]->slot, t->slot;
    ensures heap: heap_ok(q);
    ensures put: \forall struct timer *x; queued(q, x) <==> queued_but{Pre}(q, slot, x) || x == t;
    ensures as_many: q->nr == \old(q->nr);
*/
static void up_locked(struct timerq *q, uint16_t slot, struct timer *t)
{
    /*@ loop invariant in: 1 <= slot <= \at(slot, Pre);
        loop invariant as_many: q->nr == \at(q->nr, Pre);
        loop invariant others: others_ok(q, slot, t);
        loop invariant order: others_ordered(q, slot);
        loop invariant below: not_after_children(q, slot, t);
        loop invariant above: \forall integer i; 1 <= i < slot ==> q->heap[i] == \at(q->heap[i], Pre);
        loop invariant same: \forall struct timer *x; x != t ==>
          (queued_but(q, slot, x) <==> queued_but{Pre}(q, \at(slot, Pre), x));
        loop assigns slot, q->heap[1 .. \at(slot, Pre)], \at(q->heap[1 .. slot - 1], Pre)->slot;
        loop variant slot;
    */
    while (slot > 1) {
        struct timer *parent = q->heap[slot / 2];

        if (parent->deadline_ns <= t->deadline_ns)
            break;
        place_locked(q, slot, parent);
        slot = slot / 2;
    }
    place_locked(q, slot, t);
}

/* Put t there, or where an earlier one is below. */
/*@ requires apart: \separated(q, t);
    requires others: others_ok(q, slot, t);
    requires order: others_ordered(q, slot);
    requires above: not_before_parent(q, slot, t);
    assigns q->heap[slot .. q->nr] \from t, q->heap[slot .. q->nr];
    assigns q->heap[slot + 1 .. q->nr]->slot, t->slot;
    ensures heap: heap_ok(q);
    ensures put: \forall struct timer *x; queued(q, x) <==> queued_but{Pre}(q, slot, x) || x == t;
    ensures as_many: q->nr == \old(q->nr);
*/
static void down_locked(struct timerq *q, uint16_t slot, struct timer *t)
{
    /*@ loop invariant in: \at(slot, Pre) <= slot;
        loop invariant as_many: q->nr == \at(q->nr, Pre);
        loop invariant others: others_ok(q, slot, t);
        loop invariant order: others_ordered(q, slot);
        loop invariant above: not_before_parent(q, slot, t);
        loop invariant below: \forall integer i; slot < i <= q->nr ==> q->heap[i] == \at(q->heap[i], Pre);
        loop invariant same: \forall struct timer *x; x != t ==>
          (queued_but(q, slot, x) <==> queued_but{Pre}(q, \at(slot, Pre), x));
        loop assigns slot, q->heap[\at(slot, Pre) .. \at(q->nr, Pre)], \at(q->heap[slot + 1 .. q->nr], Pre)->slot;
        loop variant q->nr - slot;
    */
    for (;;) {
        uint16_t child = (uint16_t)(2 * slot);

        if (child > q->nr)
            break;
        if (child < q->nr && q->heap[child + 1]->deadline_ns < q->heap[child]->deadline_ns)
            child++;
        if (t->deadline_ns <= q->heap[child]->deadline_ns)
            break;
        place_locked(q, slot, q->heap[child]);
        slot = child;
    }
    place_locked(q, slot, t);
}

/* Put t there, or where its deadline belongs. */
/*@ requires apart: \separated(q, t);
    requires others: others_ok(q, slot, t);
    requires order: others_ordered(q, slot);
    assigns q->heap[1 .. q->nr] \from t, q->heap[1 .. q->nr];
    assigns q->heap[1 .. slot - 1]->slot, q->heap[slot + 1 .. q->nr]->slot, t->slot;
    ensures heap: heap_ok(q);
    ensures put: \forall struct timer *x; queued(q, x) <==> queued_but{Pre}(q, slot, x) || x == t;
    ensures as_many: q->nr == \old(q->nr);
*/
static void fit_locked(struct timerq *q, uint16_t slot, struct timer *t)
{
    if (slot > 1 && q->heap[slot / 2]->deadline_ns > t->deadline_ns)
        up_locked(q, slot, t);
    else
        down_locked(q, slot, t);
}

void timer_heap_insert(struct timerq *q, struct timer *t, uint64_t deadline_ns)
{
    t->deadline_ns = deadline_ns;
    q->nr++;
    up_locked(q, q->nr, t);
}

void timer_heap_change(struct timerq *q, struct timer *t, uint64_t deadline_ns)
{
    t->deadline_ns = deadline_ns;
    fit_locked(q, t->slot, t);
}

void timer_heap_remove(struct timerq *q, struct timer *t)
{
    uint16_t slot = t->slot;
    struct timer *last = q->heap[q->nr];

    q->nr--;
    atomic_write16(&t->slot, 0);
    if (last != t)
        fit_locked(q, slot, last);
}

/* None of the first n is earlier than heap[1]: said of each layer of the heap in turn. */
/*@ logic integer when{L}(struct timerq *q, integer i) = q->heap[i]->deadline_ns;
    predicate first_of{L}(struct timerq *q, integer n) = \forall integer i; 2 <= i < n && i <= q->nr ==>
      i / 2 < i && when(q, 1) <= when(q, i);
*/
SC_NULLABLE struct timer *timer_heap_first(const struct timerq *q)
{
    if (q->nr == 0)
        return NULL;
    /*@ assert \forall integer i; 2 <= i <= q->nr ==> when(q, i / 2) <= when(q, i); */
    /*@ assert first_of(q, 4); */
    /*@ assert first_of(q, 32); */
    /*@ assert first_of(q, 256); */
    /*@ assert first_of(q, 2048); */
    return q->heap[1];
}

SC_NULLABLE struct timer *timer_heap_due(struct timerq *q, uint64_t now)
{
    struct timer *t = timer_heap_first(q);

    if (t == NULL || t->deadline_ns > now)
        return NULL;
    timer_heap_remove(q, t);
    return t;
}
