/* SPDX-License-Identifier: MIT */
/*
 * sched_list.h - lists of the vcpus that wait, for the implementations of port sched.
 *
 * Each list has a number, which its vcpus say (sched.list), so a vcpu is in one list at most, and says in which.  All
 * that follow are called with the lock of the list's queue held; a vcpu's links and number change with that lock only.
 */
#ifndef PORTS_SCHED_LIST_H
#define PORTS_SCHED_LIST_H

#include "core/domain.h"

/* The numbers of a CPU's lists: of who is ready, and of who is runnable but has to wait for something else. */
#define LIST_READY(cpu) ((uint16_t)(2 * (cpu) + 1))
#define LIST_PARKED(cpu) ((uint16_t)(2 * (cpu) + 2))
_Static_assert(2 * MAX_CPUS <= UINT16_MAX, "each list has a number of its own");
#define LIST_MAX (MAX_DOMAINS * MAX_VCPUS) /* no list has more */

struct vcpu_list {
    struct vcpu *head SC_NULLABLE;
    struct vcpu *tail SC_NULLABLE;
    uint16_t number; /* not 0 */
};

/* Of the list with number n; `but` is not looked at (null: all are). */
/*@ predicate in_list(integer n, struct vcpu *u, struct vcpu *but) = u->sched.list == n && u != but;
    predicate list_ends(struct vcpu_list *l, integer n, struct vcpu *but) =
      (l->head == \null <==> l->tail == \null) &&
      (l->head != \null ==> in_list(n, l->head, but) && l->head->sched.prev == \null) &&
      (l->tail != \null ==> in_list(n, l->tail, but) && l->tail->sched.next == \null);
    predicate list_last(struct vcpu_list *l, integer n, struct vcpu *but) =
      \forall struct vcpu *u; in_list(n, u, but) && u->sched.next == \null ==> l->tail == u;
    predicate list_first(struct vcpu_list *l, integer n, struct vcpu *but) =
      \forall struct vcpu *u; in_list(n, u, but) && u->sched.prev == \null ==> l->head == u;
    predicate list_forth(integer n, struct vcpu *but) =
      \forall struct vcpu *u; in_list(n, u, but) && u->sched.next != \null ==>
        in_list(n, u->sched.next, but) && u->sched.next->sched.prev == u;
    predicate list_back(integer n, struct vcpu *but) =
      \forall struct vcpu *u; in_list(n, u, but) && u->sched.prev != \null ==>
        in_list(n, u->sched.prev, but) && u->sched.prev->sched.next == u;
    predicate ends_apart(struct vcpu_list *l, struct vcpu *u) =
      &u->sched.next != &l->head && &u->sched.next != &l->tail && &u->sched.prev != &l->head &&
      &u->sched.prev != &l->tail && &u->sched.list != &l->number;
    predicate list_objects(struct vcpu_list *l, integer n) =
      n != 0 && \valid(l) &&
      (\forall struct vcpu *u; u->sched.list == n ==> \valid(u) &&
        &u->sched.next != &l->head && &u->sched.next != &l->tail &&
        &u->sched.prev != &l->head && &u->sched.prev != &l->tail && &u->sched.list != &l->number) &&
      (\forall struct vcpu *u, *w; u->sched.list == n && w->sched.list == n ==> &u->sched.next != &w->sched.prev);
*/

/* v's neighbours come to know of it; its own links and number are set. */
/*@ requires objects: list_objects(l, l->number);
    requires ends: list_ends(l, l->number, v);
    requires last: list_last(l, l->number, v);
    requires first: list_first(l, l->number, v);
    requires forth: list_forth(l->number, v);
    requires back: list_back(l->number, v);
    requires in: v->sched.list == l->number;
    requires behind: v->sched.prev != \null ==>
               in_list(l->number, v->sched.prev, v) && v->sched.next == v->sched.prev->sched.next;
    requires before_all: v->sched.prev == \null ==> v->sched.next == l->head;
    assigns l->head, l->tail, {u->sched.next | struct vcpu *u; u->sched.list == l->number},
      {u->sched.prev | struct vcpu *u; u->sched.list == l->number} \from v;
    ensures between: v->sched.next == \old(v->sched.next) && v->sched.prev == \old(v->sched.prev);
    ensures ends: list_ends(l, l->number, \null);
    ensures last: list_last(l, l->number, \null);
    ensures first: list_first(l, l->number, \null);
    ensures forth: list_forth(l->number, \null);
    ensures back: list_back(l->number, \null);
*/
SC_INLINE void list_link_locked(struct vcpu_list *l, struct vcpu *v)
{
    struct vcpu *next = v->sched.next, *prev = v->sched.prev;

    /*@ assert next: next != \null ==> in_list(l->number, next, v) && next->sched.prev == prev; */
    /*@ assert apart: next != v && &v->sched.prev != &next->sched.prev; */
    if (prev != NULL)
        prev->sched.next = v;
    else
        l->head = v;
    /*@ assert next: v->sched.next == next; */
    /*@ assert prev: v->sched.prev == prev; */
    if (next != NULL)
        next->sched.prev = v;
    else
        l->tail = v;
    /*@ assert next: v->sched.next == next; */
    /*@ assert prev: v->sched.prev == prev; */
}

/* v's neighbours come to know each other. */
/*@ requires objects: list_objects(l, l->number);
    requires ends: list_ends(l, l->number, \null);
    requires last: list_last(l, l->number, \null);
    requires first: list_first(l, l->number, \null);
    requires forth: list_forth(l->number, \null);
    requires back: list_back(l->number, \null);
    requires in: v->sched.list == l->number;
    assigns l->head, l->tail, {u->sched.next | struct vcpu *u; u->sched.list == l->number},
      {u->sched.prev | struct vcpu *u; u->sched.list == l->number} \from v;
    ensures ends: list_ends(l, l->number, v);
    ensures last: list_last(l, l->number, v);
    ensures first: list_first(l, l->number, v);
    ensures forth: list_forth(l->number, v);
    ensures back: list_back(l->number, v);
*/
SC_INLINE void list_unlink_locked(struct vcpu_list *l, const struct vcpu *v)
{
    struct vcpu *next = v->sched.next, *prev = v->sched.prev;

    if (prev != NULL)
        prev->sched.next = next;
    else
        l->head = next;
    if (next != NULL)
        next->sched.prev = prev;
    else
        l->tail = prev;
}

/*@ predicate list_apart(struct vcpu_list *l, integer n, struct vcpu *v) =
      \valid(v) && ends_apart(l, v) && &v->sched.next != &v->sched.prev &&
      (\forall struct vcpu *u; u->sched.list == n ==>
        &u->sched.next != &v->sched.prev && &u->sched.prev != &v->sched.next);
*/

/* v, which is in no list, comes in behind `at`, or first. */
/*@ requires objects: list_objects(l, l->number) && list_apart(l, l->number, v);
    requires ends: list_ends(l, l->number, \null);
    requires last: list_last(l, l->number, \null);
    requires first: list_first(l, l->number, \null);
    requires forth: list_forth(l->number, \null);
    requires back: list_back(l->number, \null);
    requires none: v->sched.list == 0;
    requires at: at != \null ==> in_list(l->number, at, v);
    assigns l->head, l->tail, {u->sched.next | struct vcpu *u; u == v || u->sched.list == l->number},
      {u->sched.prev | struct vcpu *u; u == v || u->sched.list == l->number} \from v, at;
    assigns v->sched.list;
    ensures in: v->sched.list == l->number;
    ensures behind: v->sched.prev == at && v->sched.next == \old(at != \null ? at->sched.next : l->head);
    ensures ends: list_ends(l, l->number, \null);
    ensures last: list_last(l, l->number, \null);
    ensures first: list_first(l, l->number, \null);
    ensures forth: list_forth(l->number, \null);
    ensures back: list_back(l->number, \null);
    ensures objects: list_objects(l, l->number);
*/
SC_INLINE void list_insert_locked(struct vcpu_list *l, struct vcpu *at SC_NULLABLE, struct vcpu *v)
{
    /*@ assert others: \forall struct vcpu *u; u != v ==>
          &u->sched.next != &v->sched.next && &u->sched.prev != &v->sched.prev && &u->sched.list != &v->sched.list; */
    v->sched.prev = at;
    v->sched.next = at != NULL ? at->sched.next : l->head;
    v->sched.list = l->number;
    /*@ assert who: \forall struct vcpu *u; u->sched.list == l->number ==>
          u == v || \at(u->sched.list, Pre) == l->number; */
    list_link_locked(l, v);
}

/* v leaves its list. */
/*@ requires objects: list_objects(l, l->number);
    requires ends: list_ends(l, l->number, \null);
    requires last: list_last(l, l->number, \null);
    requires first: list_first(l, l->number, \null);
    requires forth: list_forth(l->number, \null);
    requires back: list_back(l->number, \null);
    requires in: v->sched.list == l->number;
    assigns l->head, l->tail, {u->sched.next | struct vcpu *u; u->sched.list == l->number},
      {u->sched.prev | struct vcpu *u; u->sched.list == l->number} \from v;
    assigns v->sched.list;
    ensures out: v->sched.list == 0;
    ensures ends: list_ends(l, l->number, \null);
    ensures last: list_last(l, l->number, \null);
    ensures first: list_first(l, l->number, \null);
    ensures forth: list_forth(l->number, \null);
    ensures back: list_back(l->number, \null);
    ensures objects: list_objects(l, l->number);
*/
SC_INLINE void list_remove_locked(struct vcpu_list *l, struct vcpu *v)
{
    /*@ assert others: \forall struct vcpu *u; u != v ==> &u->sched.list != &v->sched.list; */
    list_unlink_locked(l, v);
    v->sched.list = 0;
}

#endif
