/* SPDX-License-Identifier: MIT */
/* The lists of a CPU's queue: who is ready, in the order of virtual times, and who is parked. */
#include "modules/sched_fair/sched_fair_private.h"

/* v comes into l, behind `at` or first; o is the queue's other list. */
/*@ requires objects: lists_objects(l, o);
    requires list: list_ok(l, l->number);
    requires other: list_ok(o, o->number);
    requires comes: comes(l, o, v);
    requires at: at != \null ==> at->sched.list == l->number;
    assigns l->head, l->tail, {u->sched.next | struct vcpu *u; u == v || u->sched.list == l->number},
      {u->sched.prev | struct vcpu *u; u == v || u->sched.list == l->number} \from v;
    assigns v->sched.list;
    ensures vcpus: lists_vcpus(l, o);
    ensures links: lists_links(l, o);
    ensures list: list_ok(l, l->number);
    ensures other: list_ok(o, o->number);
    ensures in: v->sched.list == l->number;
    ensures others: others_stay{Pre, Post}(v);
*/
static void put_locked(struct vcpu_list *l, const struct vcpu_list *o, struct vcpu *at SC_NULLABLE, struct vcpu *v)
{
    /*@ assert fields: \forall struct vcpu *u, *w; u != w ==> &u->sched.next != &w->sched.next &&
          &u->sched.prev != &w->sched.prev && &u->sched.list != &w->sched.list; */
    /*@ assert apart: \forall struct vcpu *u, *w; u->sched.list == o->number &&
          (w == v || w->sched.list == l->number) ==>
          &u->sched.next != &w->sched.next && &u->sched.next != &w->sched.prev &&
          &u->sched.prev != &w->sched.next && &u->sched.prev != &w->sched.prev; */
    /*@ assert new: ends_apart(l, v) && ends_apart(o, v); */
    /*@ assert theirs: \forall struct vcpu *w; w == v || w->sched.list == l->number ==>
          &w->sched.next != &o->head && &w->sched.next != &o->tail &&
          &w->sched.prev != &o->head && &w->sched.prev != &o->tail; */
    /*@ assert ours: \forall struct vcpu *u; u->sched.list == o->number ==> &u->sched.next != &l->head &&
          &u->sched.next != &l->tail && &u->sched.prev != &l->head && &u->sched.prev != &l->tail; */
    /*@ assert own: &o->head != &l->head && &o->head != &l->tail && &o->tail != &l->head && &o->tail != &l->tail; */
    list_insert_locked(l, at, v);
    /*@ assert others: others_stay{Pre, Here}(v); */
    /*@ assert numbers: l->number == \at(l->number, Pre) && o->number == \at(o->number, Pre); */
    /*@ assert head: o->head == \at(o->head, Pre); */
    /*@ assert tail: o->tail == \at(o->tail, Pre); */
    /*@ assert who: same_members{Pre, Here}(o->number); */
    /*@ assert next: same_next{Pre, Here}(o->number); */
    /*@ assert prev: same_prev{Pre, Here}(o->number); */
    /*@ assert mine: \forall struct vcpu *u; u->sched.list == l->number || u->sched.list == o->number ==>
          u == v || \at(u->sched.list, Pre) == l->number || \at(u->sched.list, Pre) == o->number; */
}

/* v leaves l; o is the queue's other list. */
/*@ requires objects: lists_objects(l, o);
    requires list: list_ok(l, l->number);
    requires other: list_ok(o, o->number);
    requires in: v->sched.list == l->number;
    assigns l->head, l->tail, {u->sched.next | struct vcpu *u; u->sched.list == l->number},
      {u->sched.prev | struct vcpu *u; u->sched.list == l->number} \from v;
    assigns v->sched.list;
    ensures vcpus: lists_vcpus(l, o);
    ensures links: lists_links(l, o);
    ensures list: list_ok(l, l->number);
    ensures other: list_ok(o, o->number);
    ensures out: comes(l, o, v);
    ensures others: others_stay{Pre, Post}(v);
*/
static void take_locked(struct vcpu_list *l, const struct vcpu_list *o, struct vcpu *v)
{
    /*@ assert fields: \forall struct vcpu *u, *w; u != w ==> &u->sched.next != &w->sched.next &&
          &u->sched.prev != &w->sched.prev && &u->sched.list != &w->sched.list; */
    /*@ assert apart: \forall struct vcpu *u, *w; u->sched.list == o->number && w->sched.list == l->number ==>
          &u->sched.next != &w->sched.next && &u->sched.next != &w->sched.prev &&
          &u->sched.prev != &w->sched.next && &u->sched.prev != &w->sched.prev; */
    /*@ assert old: ends_apart(l, v) && ends_apart(o, v) && &v->sched.next != &v->sched.prev; */
    /*@ assert theirs: \forall struct vcpu *w; w->sched.list == l->number ==>
          &w->sched.next != &o->head && &w->sched.next != &o->tail &&
          &w->sched.prev != &o->head && &w->sched.prev != &o->tail; */
    /*@ assert ours: \forall struct vcpu *u; u->sched.list == o->number ==> &u->sched.next != &l->head &&
          &u->sched.next != &l->tail && &u->sched.prev != &l->head && &u->sched.prev != &l->tail; */
    /*@ assert own: &o->head != &l->head && &o->head != &l->tail && &o->tail != &l->head && &o->tail != &l->tail; */
    list_remove_locked(l, v);
    /*@ assert others: others_stay{Pre, Here}(v); */
    /*@ assert numbers: l->number == \at(l->number, Pre) && o->number == \at(o->number, Pre); */
    /*@ assert head: o->head == \at(o->head, Pre); */
    /*@ assert tail: o->tail == \at(o->tail, Pre); */
    /*@ assert who: same_members{Pre, Here}(o->number); */
    /*@ assert next: same_next{Pre, Here}(o->number); */
    /*@ assert prev: same_prev{Pre, Here}(o->number); */
    /*@ assert fewer: \forall struct vcpu *u; u->sched.list == l->number || u->sched.list == o->number ==>
          \at(u->sched.list, Pre) == l->number || \at(u->sched.list, Pre) == o->number; */
}

void ready_remove_locked(struct runq *q, struct vcpu *v)
{
    take_locked(&q->ready, &q->parked, v);
    atomic_write32(&q->nr, atomic_read32(&q->nr) - 1);
}

/*@ requires queue: runq_ok(q);
    requires comes: comes(&q->ready, &q->parked, v);
    requires at: at != \null ==> is_ready(q, at);
    assigns q->ready.head, q->ready.tail \from v;
    assigns {u->sched.next | struct vcpu *u; u == v || is_ready(q, u)} \from v;
    assigns {u->sched.prev | struct vcpu *u; u == v || is_ready(q, u)} \from v;
    assigns q->nr, v->sched.list, v->sched.ran_ns;
    ensures queue: runq_ok(q);
    ensures in: is_ready(q, v);
    ensures others: others_stay{Pre, Post}(v);
*/
static void ready_insert_locked(struct runq *q, struct vcpu *at SC_NULLABLE, struct vcpu *v)
{
    put_locked(&q->ready, &q->parked, at, v);
    atomic_write32(&q->nr, atomic_read32(&q->nr) + 1);
    v->sched.ran_ns = 0;
}

void ready_add_locked(struct runq *q, struct vcpu *v)
{
    struct vcpu *at = q->ready.tail;

    /*@ loop invariant at: at != \null ==> at->sched.list == q->ready.number;
        loop assigns at, left;
        loop variant left;
    */
    for (uint32_t left = LIST_MAX; left > 0 && at != NULL && before(v->sched.vtime_ns, at->sched.vtime_ns); left--)
        at = at->sched.prev;
    ready_insert_locked(q, at, v);
}

void ready_add_woken_locked(struct runq *q, struct vcpu *v)
{
    struct vcpu *at = NULL, *next = q->ready.head;

    /*@ loop invariant at: at != \null ==> at->sched.list == q->ready.number;
        loop invariant next: next != \null ==> next->sched.list == q->ready.number;
        loop assigns at, next, left;
        loop variant left;
    */
    for (uint32_t left = LIST_MAX; left > 0 && next != NULL && !before(v->sched.vtime_ns, next->sched.vtime_ns);
         left--) {
        at = next;
        next = next->sched.next;
    }
    ready_insert_locked(q, at, v);
}

/* ---- those whose domain is over its cap ---- */

void parked_add_locked(struct runq *q, struct vcpu *v)
{
    put_locked(&q->parked, &q->ready, q->parked.tail, v);
    if (v->sched.until_ns < q->unpark_ns)
        q->unpark_ns = v->sched.until_ns;
}

void park_locked(struct runq *q, struct vcpu *v)
{
    v->sched.until_ns = cap_until_ns(v);
    parked_add_locked(q, v);
}

void wait_ends_locked(struct runq *q, struct vcpu *v)
{
    if (v->sched.list == q->parked.number)
        take_locked(&q->parked, &q->ready, v);
    else
        ready_remove_locked(q, v);
}

/* v's time has come. */
/*@ requires queue: runq_ok(q);
    requires in: is_parked(q, v);
    assigns q->ready.head, q->ready.tail, q->parked.head, q->parked.tail \from v;
    assigns {u->sched.next | struct vcpu *u; in_either(q, u)} \from v;
    assigns {u->sched.prev | struct vcpu *u; in_either(q, u)} \from v;
    assigns q->nr, v->sched.list, v->sched.ran_ns, v->sched.vtime_ns;
    ensures queue: runq_ok(q);
    ensures in: is_ready(q, v);
    ensures others: others_stay{Pre, Post}(v);
*/
static void unpark_one_locked(struct runq *q, struct vcpu *v)
{
    take_locked(&q->parked, &q->ready, v);
    /*@ assert there: \forall struct vcpu *u; u == v || is_ready(q, u) ==> in_either{Pre}(q, u); */
    v->sched.vtime_ns = later(v->sched.vtime_ns, q->least_ns);
    ready_add_locked(q, v);
}

void unpark_locked(struct runq *q, uint64_t now)
{
    struct vcpu *v = q->parked.head, *next;

    if (v == NULL || now < q->unpark_ns)
        return;
    q->unpark_ns = UINT64_MAX;
    /*@ loop invariant queue: runq_ok(q);
        loop invariant v: v != \null ==>
          \valid(v) && (v->sched.list == q->ready.number || v->sched.list == q->parked.number);
        loop invariant numbers: q->ready.number == \at(q->ready.number, Pre) &&
          q->parked.number == \at(q->parked.number, Pre);
        loop invariant whose: \forall struct vcpu *u; in_either(q, u) ==> in_either{Pre}(q, u);
        loop invariant ready: \forall struct vcpu *u; \at(u->sched.list, Pre) == q->ready.number ==>
          u->sched.list == q->ready.number;
        loop invariant parked: \forall struct vcpu *u; \at(u->sched.list, Pre) == q->parked.number ==>
          u->sched.list == q->ready.number || u->sched.list == q->parked.number;
        loop invariant others: \forall struct vcpu *u; \at(u->sched.list, Pre) != q->parked.number ==>
          u->sched.list == \at(u->sched.list, Pre);
        loop assigns v, next, left, q->ready.head, q->ready.tail, q->parked.head, q->parked.tail;
        loop assigns {u->sched.next | struct vcpu *u; \at(in_either(q, u), Pre)};
        loop assigns {u->sched.prev | struct vcpu *u; \at(in_either(q, u), Pre)};
        loop assigns {u->sched.list | struct vcpu *u; \at(u->sched.list, Pre) == q->parked.number};
        loop assigns {u->sched.ran_ns | struct vcpu *u; \at(u->sched.list, Pre) == q->parked.number};
        loop assigns {u->sched.vtime_ns | struct vcpu *u; \at(u->sched.list, Pre) == q->parked.number};
        loop assigns q->nr, q->unpark_ns;
        loop variant left;
    */
    for (uint32_t left = LIST_MAX; left > 0 && v != NULL && v->sched.list == q->parked.number; left--) {
        next = v->sched.next;
        /*@ assert forth: list_forth(q->parked.number, \null); */
        /*@ assert next: next != \null ==> next->sched.list == q->parked.number; */
        if (v->sched.until_ns <= now)
            unpark_one_locked(q, v);
        else if (v->sched.until_ns < q->unpark_ns)
            q->unpark_ns = v->sched.until_ns;
        v = next;
    }
}

/* ---- whose turn it is ---- */

bool turn_ends_locked(struct runq *q, struct vcpu *v, bool stays, uint64_t now)
{
    const struct vcpu *head = q->ready.head;

    if (cap_is_over(v, now)) {
        park_locked(q, v);
        return true;
    }
    if (stays)
        return false;
    /* Who gave its turn away stands behind the first of the others at least. */
    if (v->sched.yielded && head != NULL)
        v->sched.vtime_ns = later(v->sched.vtime_ns, head->sched.vtime_ns);
    ready_add_locked(q, v);
    return true;
}

struct vcpu *ready_first_locked(struct runq *q, uint64_t now)
{
    /*@ loop invariant queue: runq_ok(q);
        loop invariant numbers: q->ready.number == \at(q->ready.number, Pre) &&
          q->parked.number == \at(q->parked.number, Pre);
        loop invariant whose: \forall struct vcpu *u; in_either(q, u) ==> in_either{Pre}(q, u);
        loop invariant ready: \forall struct vcpu *u; is_ready(q, u) ==> is_ready{Pre}(q, u);
        loop invariant none_lost: \forall struct vcpu *u; in_either{Pre}(q, u) ==> in_either(q, u);
        loop invariant parked: \forall struct vcpu *u; is_parked{Pre}(q, u) ==> is_parked(q, u);
        loop invariant others: \forall struct vcpu *u; !in_either{Pre}(q, u) ==>
          u->sched.list == \at(u->sched.list, Pre);
        loop assigns left, q->ready.head, q->ready.tail, q->parked.head, q->parked.tail, q->nr, q->unpark_ns;
        loop assigns {u->sched.next | struct vcpu *u; \at(in_either(q, u), Pre)};
        loop assigns {u->sched.prev | struct vcpu *u; \at(in_either(q, u), Pre)};
        loop assigns {u->sched.list | struct vcpu *u; \at(is_ready(q, u), Pre)};
        loop assigns {u->sched.until_ns | struct vcpu *u; \at(is_ready(q, u), Pre)};
        loop variant left;
    */
    for (uint32_t left = LIST_MAX; left > 0; left--) {
        struct vcpu *v = q->ready.head;

        if (v == NULL)
            return NULL;
        ready_remove_locked(q, v);
        if (!cap_is_over(v, now))
            return v;
        park_locked(q, v);
    }
    return NULL;
}
