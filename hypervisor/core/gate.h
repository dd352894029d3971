/* SPDX-License-Identifier: MIT */
/*
 * gate.h - call gates and what a trap in a module releases.
 *
 * A module is entered through a gate.  A hypercall's gate is the trap frame at the top
 * of the stack, so nothing has to be saved.  The log lists what the running code
 * holds; gate_unwind releases it in reverse.
 * docs/decisions/0003-call-gates.md.
 */
#ifndef CORE_GATE_H
#define CORE_GATE_H

#include "core/lock.h"

enum gate_log_kind { GATE_LOCK = 1, GATE_READ };

struct gate_log_entry {
    spinlock_t *lock;
    uint8_t kind;
};

#define GATE_LOG_MAX 16

struct gate_log {
    uint32_t nr;
    struct gate_log_entry entries[GATE_LOG_MAX]; /* the newest last */
};

/*@ predicate same_entry{A, B}(struct gate_log *log, integer i, integer j) =
      \at(log->entries[i].lock, A) == \at(log->entries[j].lock, B) &&
      \at(log->entries[i].kind, A) == \at(log->entries[j].kind, B);
    predicate takes{L}(struct gate_log *log, integer i, spinlock_t *lock) =
      log->entries[i].lock == lock && log->entries[i].kind == GATE_LOCK;
    // It is out that was i, and of what was above it nothing takes the lock.
    predicate dropped{A, B}(struct gate_log *log, integer i, spinlock_t *lock) = takes{A}(log, i, lock) &&
      (\forall integer k; i < k < \at(log->nr, A) ==> !takes{A}(log, k, lock)) &&
      (\forall integer k; 0 <= k < i ==> same_entry{A, B}(log, k, k)) &&
      (\forall integer k; i < k < \at(log->nr, A) ==> same_entry{A, B}(log, k, k - 1));
*/
/* A lock is released: its newest entry is out, and the others are there in their order.  False: it has none. */
/*@ requires log->nr <= GATE_LOG_MAX;
    assigns log->nr, log->entries[0 .. GATE_LOG_MAX - 1];
    ensures one: \result ==> log->nr == \old(log->nr) - 1;
    ensures out: \result ==> \exists integer i; 0 <= i < \old(log->nr) && dropped{Pre, Post}(log, i, lock);
    ensures none: !\result ==> \forall integer k; 0 <= k < log->nr ==> !takes{Pre}(log, k, lock);
    ensures refused: !\result ==> log->nr == \old(log->nr) &&
      \forall integer k; 0 <= k < log->nr ==> same_entry{Pre, Post}(log, k, k);
*/
SC_CORE SC_NODISCARD bool gate_log_drop(struct gate_log *log, spinlock_t *lock);
/* Release everything that the log lists, newest first. */
/*@ requires log->nr <= GATE_LOG_MAX && released_nr == 0;
    requires \forall integer k; 0 <= k < log->nr ==> \valid(log->entries[k].lock);
    assigns log->nr, released_nr, released[0 .. GATE_LOG_MAX - 1], released_kind[0 .. GATE_LOG_MAX - 1] \from \nothing;
    ensures empty: log->nr == 0;
    ensures all: released_nr == \old(log->nr);
    ensures newest_first: \forall integer k; 0 <= k < released_nr ==>
      released[k] == log->entries[released_nr - 1 - k].lock;
    ensures as_taken: \forall integer k; 0 <= k < released_nr ==>
      released_kind[k] == log->entries[released_nr - 1 - k].kind;
*/
SC_CORE void gate_unwind(struct gate_log *log);

#endif
