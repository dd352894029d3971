/* SPDX-License-Identifier: MIT */
/* sched_fair_private.h - a CPU's queue; of a domain, for its vcpus. */
#ifndef SCHED_FAIR_PRIVATE_H
#define SCHED_FAIR_PRIVATE_H

#include "core/atomic.h"
#include "core/lock.h"
#include "modules/sched_fair/sched_fair_time.h"
#include "ports/sched.h"
#include "ports/sched_list.h"

struct runq {
    spinlock_t lock __attribute__((aligned(4096))); /* pages of its own: its CPU's node's */
    uint32_t nr SC_ATOMIC;                          /* of `ready`; written with the lock held */
    /* The least virtual time first; equals as they came. */
    struct vcpu_list ready SC_GUARDED_BY(lock);
    /* Over their domain's cap. */
    struct vcpu_list parked SC_GUARDED_BY(lock);
    struct vcpu *running SC_NULLABLE SC_GUARDED_BY(lock); /* not the idle one */
    uint64_t least_ns SC_GUARDED_BY(lock);                /* the least virtual time of who competed; never goes back */
    uint64_t unpark_ns SC_GUARDED_BY(lock);               /* no parked vcpu is due before */
};

/* So much run time in v's virtual time. */
SC_INLINE uint64_t virtual_ns(const struct vcpu *v, uint64_t ran_ns)
{
    return virtual_of(ran_ns, atomic_read32(&v->domain->sched.rate));
}

/*@ // Two lists of one lock, with numbers of their own: who is in one of them is a vcpu.
    predicate lists_valid(struct vcpu_list *l, struct vcpu_list *o) =
      \valid(l) && \valid(o) && \separated(l, o) && l->number != 0 && o->number != 0 && l->number != o->number;
    predicate lists_vcpus(struct vcpu_list *l, struct vcpu_list *o) =
      \forall struct vcpu *u; u->sched.list == l->number || u->sched.list == o->number ==>
        \valid(u) && ends_apart(l, u) && ends_apart(o, u);
    predicate lists_links(struct vcpu_list *l, struct vcpu_list *o) = \forall struct vcpu *u, *w;
      (u->sched.list == l->number || u->sched.list == o->number) &&
      (w->sched.list == l->number || w->sched.list == o->number) ==> &u->sched.next != &w->sched.prev;
    predicate lists_objects(struct vcpu_list *l, struct vcpu_list *o) =
      lists_valid(l, o) && lists_vcpus(l, o) && lists_links(l, o);
    // Who is in the list is as it was, and so are their links.
    predicate same_members{K, L}(integer n) =
      \forall struct vcpu *u; \at(u->sched.list, K) == n <==> \at(u->sched.list, L) == n;
    predicate same_next{K, L}(integer n) = \forall struct vcpu *u; \at(u->sched.list, K) == n ==>
      \at(u->sched.next, K) == \at(u->sched.next, L);
    predicate same_prev{K, L}(integer n) = \forall struct vcpu *u; \at(u->sched.list, K) == n ==>
      \at(u->sched.prev, K) == \at(u->sched.prev, L);
    predicate list_ok(struct vcpu_list *l, integer n) = list_ends(l, n, \null) && list_last(l, n, \null) &&
      list_first(l, n, \null) && list_forth(n, \null) && list_back(n, \null);
    lemma list_kept{K, L}: \forall struct vcpu_list *l, integer n; list_ok{K}(l, n) &&
      \at(l->head, K) == \at(l->head, L) && \at(l->tail, K) == \at(l->tail, L) &&
      same_members{K, L}(n) && same_next{K, L}(n) && same_prev{K, L}(n) ==> list_ok{L}(l, n);
    // v is in no list, and its links are no other's.
    predicate comes(struct vcpu_list *l, struct vcpu_list *o, struct vcpu *v) =
      \valid(v) && ends_apart(l, v) && ends_apart(o, v) && v->sched.list == 0 &&
      &v->sched.next != &v->sched.prev && \forall struct vcpu *u;
      u->sched.list == l->number || u->sched.list == o->number ==>
        &u->sched.next != &v->sched.prev && &u->sched.prev != &v->sched.next;
    // Nobody but v comes, goes or changes lists.
    predicate others_stay{K, L}(struct vcpu *v) =
      \forall struct vcpu *u; u != v ==> \at(u->sched.list, K) == \at(u->sched.list, L);
*/
/*@ predicate is_ready{L}(struct runq *q, struct vcpu *u) = u->sched.list == q->ready.number;
    predicate is_parked{L}(struct runq *q, struct vcpu *u) = u->sched.list == q->parked.number;
    predicate in_either{L}(struct runq *q, struct vcpu *u) = is_ready(q, u) || is_parked(q, u);
    predicate runq_ok(struct runq *q) = \valid(q) && lists_objects(&q->ready, &q->parked) &&
      list_ok(&q->ready, q->ready.number) && list_ok(&q->parked, q->parked.number);
*/

/* A queue's lists (sched_fair_queue.c). */

/* To its place, looked for from the end: who has run belongs there. */
/*@ requires queue: runq_ok(q);
    requires comes: comes(&q->ready, &q->parked, v);
    assigns q->ready.head, q->ready.tail \from v;
    assigns {u->sched.next | struct vcpu *u; u == v || is_ready(q, u)} \from v;
    assigns {u->sched.prev | struct vcpu *u; u == v || is_ready(q, u)} \from v;
    assigns q->nr, v->sched.list, v->sched.ran_ns;
    ensures queue: runq_ok(q);
    ensures in: is_ready(q, v);
    ensures others: others_stay{Pre, Post}(v);
*/
void ready_add_locked(struct runq *q, struct vcpu *v);
/* The same from the front: who wakes belongs there. */
/*@ requires queue: runq_ok(q);
    requires comes: comes(&q->ready, &q->parked, v);
    assigns q->ready.head, q->ready.tail \from v;
    assigns {u->sched.next | struct vcpu *u; u == v || is_ready(q, u)} \from v;
    assigns {u->sched.prev | struct vcpu *u; u == v || is_ready(q, u)} \from v;
    assigns q->nr, v->sched.list, v->sched.ran_ns;
    ensures queue: runq_ok(q);
    ensures in: is_ready(q, v);
    ensures others: others_stay{Pre, Post}(v);
*/
void ready_add_woken_locked(struct runq *q, struct vcpu *v);
/*@ requires queue: runq_ok(q);
    requires in: is_ready(q, v);
    assigns q->ready.head, q->ready.tail \from v;
    assigns {u->sched.next | struct vcpu *u; is_ready(q, u)} \from v;
    assigns {u->sched.prev | struct vcpu *u; is_ready(q, u)} \from v;
    assigns q->nr, v->sched.list;
    ensures queue: runq_ok(q);
    ensures out: comes(&q->ready, &q->parked, v);
    ensures others: others_stay{Pre, Post}(v);
*/
void ready_remove_locked(struct runq *q, struct vcpu *v);
/* v waits no more, whichever list it is in. */
/*@ requires queue: runq_ok(q);
    requires in: in_either(q, v);
    assigns q->ready.head, q->ready.tail, q->parked.head, q->parked.tail \from v;
    assigns {u->sched.next | struct vcpu *u; in_either(q, u)} \from v;
    assigns {u->sched.prev | struct vcpu *u; in_either(q, u)} \from v;
    assigns q->nr, v->sched.list;
    ensures queue: runq_ok(q);
    ensures out: comes(&q->ready, &q->parked, v);
    ensures others: others_stay{Pre, Post}(v);
*/
void wait_ends_locked(struct runq *q, struct vcpu *v);
/* v's domain is over its cap: it waits for the period in which it may run again. */
/*@ requires queue: runq_ok(q);
    requires comes: comes(&q->ready, &q->parked, v);
    assigns q->parked.head, q->parked.tail \from v;
    assigns {u->sched.next | struct vcpu *u; u == v || is_parked(q, u)} \from v;
    assigns {u->sched.prev | struct vcpu *u; u == v || is_parked(q, u)} \from v;
    assigns q->unpark_ns, v->sched.list, v->sched.until_ns;
    ensures queue: runq_ok(q);
    ensures in: is_parked(q, v);
    ensures others: others_stay{Pre, Post}(v);
*/
void park_locked(struct runq *q, struct vcpu *v);
/* v waits so in this queue. */
/*@ requires queue: runq_ok(q);
    requires comes: comes(&q->ready, &q->parked, v);
    assigns q->parked.head, q->parked.tail \from v;
    assigns {u->sched.next | struct vcpu *u; u == v || is_parked(q, u)} \from v;
    assigns {u->sched.prev | struct vcpu *u; u == v || is_parked(q, u)} \from v;
    assigns q->unpark_ns, v->sched.list;
    ensures queue: runq_ok(q);
    ensures in: is_parked(q, v);
    ensures others: others_stay{Pre, Post}(v);
    ensures looked_for: q->unpark_ns <= \old(q->unpark_ns) && q->unpark_ns <= v->sched.until_ns;
*/
void parked_add_locked(struct runq *q, struct vcpu *v);
/* Who is due competes from now on: being parked earns nothing. */
/*@ requires queue: runq_ok(q);
    assigns q->ready.head, q->ready.tail, q->parked.head, q->parked.tail \from \nothing;
    assigns {u->sched.next | struct vcpu *u; in_either(q, u)} \from \nothing;
    assigns {u->sched.prev | struct vcpu *u; in_either(q, u)} \from \nothing;
    assigns q->nr, q->unpark_ns, {u->sched.list | struct vcpu *u; is_parked(q, u)};
    assigns {u->sched.ran_ns | struct vcpu *u; is_parked(q, u)};
    assigns {u->sched.vtime_ns | struct vcpu *u; is_parked(q, u)};
    ensures queue: runq_ok(q);
    ensures stay: \forall struct vcpu *u; is_ready{Pre}(q, u) ==> is_ready(q, u);
    ensures none_lost: \forall struct vcpu *u; is_parked{Pre}(q, u) ==> in_either(q, u);
    ensures none_comes: \forall struct vcpu *u; !in_either{Pre}(q, u) ==> u->sched.list == \old(u->sched.list);
*/
void unpark_locked(struct runq *q, uint64_t now);
/* v has run here and could go on.  Does its turn end?  Then it waits: `stays` says that its turn is not over, nor is it
 * another's; its domain may be over its cap. */
/*@ requires queue: runq_ok(q);
    requires comes: comes(&q->ready, &q->parked, v);
    assigns q->ready.head, q->ready.tail, q->parked.head, q->parked.tail \from v;
    assigns {u->sched.next | struct vcpu *u; u == v || in_either(q, u)} \from v;
    assigns {u->sched.prev | struct vcpu *u; u == v || in_either(q, u)} \from v;
    assigns q->nr, q->unpark_ns, v->sched.list, v->sched.ran_ns, v->sched.vtime_ns, v->sched.until_ns;
    ensures queue: runq_ok(q);
    ensures waits: \result ==> in_either(q, v);
    ensures goes_on: !\result ==> stays && comes(&q->ready, &q->parked, v);
    ensures others: others_stay{Pre, Post}(v);
*/
bool turn_ends_locked(struct runq *q, struct vcpu *v, bool stays, uint64_t now);
/* The first that is ready, out of the queue; null: nobody is.  Those before it whose domain is over its cap are parked.
 */
/*@ requires queue: runq_ok(q);
    assigns q->ready.head, q->ready.tail, q->parked.head, q->parked.tail, \result \from q->ready.head;
    assigns {u->sched.next | struct vcpu *u; in_either(q, u)} \from q->ready.head;
    assigns {u->sched.prev | struct vcpu *u; in_either(q, u)} \from q->ready.head;
    assigns q->nr, q->unpark_ns, {u->sched.list | struct vcpu *u; is_ready(q, u)};
    assigns {u->sched.until_ns | struct vcpu *u; is_ready(q, u)};
    ensures queue: runq_ok(q);
    ensures was_ready: \result != \null ==> \valid(\result) && is_ready{Pre}(q, \result);
    ensures taken: \result != \null ==> comes(&q->ready, &q->parked, \result);
    ensures none_lost: \forall struct vcpu *u; in_either{Pre}(q, u) && u != \result ==> in_either(q, u);
    ensures parked_stay: \forall struct vcpu *u; is_parked{Pre}(q, u) ==> is_parked(q, u);
    ensures none_comes: \forall struct vcpu *u; !in_either{Pre}(q, u) ==> u->sched.list == \old(u->sched.list);
*/
SC_NULLABLE struct vcpu *ready_first_locked(struct runq *q, uint64_t now);

/* What is kept of a domain (sched_fair_domain.c). */

/* d has run for so long from a time on.  What it left of earlier periods is lost, what it took too much is not. */
void cap_charge(struct domain *d, uint64_t from, uint64_t ran_ns);
/* Has v's domain a cap that is used up for the period of now? */
/*@ assigns \nothing; */
bool cap_is_over(const struct vcpu *v, uint64_t now);
/* The beginning of the period in which it may run again. */
/*@ assigns \nothing; */
uint64_t cap_until_ns(const struct vcpu *v);
/* How long d may run, on one CPU, before its cap is used up; it is not yet. */
uint64_t cap_left_ns(const struct domain *d, uint64_t now);

SC_INLINE bool cap_is_set(const struct domain *d)
{
    return atomic_read32(&d->sched.cap) != 0;
}

#endif
