/* SPDX-License-Identifier: MIT */
#include "core/gate.h"

bool gate_log_drop(struct gate_log *log, spinlock_t *lock)
{
    uint32_t end = log->nr;

    /*@ loop invariant end <= log->nr && \forall integer k; end <= k < log->nr ==> !takes(log, k, lock);
        loop assigns end;
        loop variant end;
    */
    while (end > 0 && (log->entries[end - 1].kind != GATE_LOCK || log->entries[end - 1].lock != lock))
        end--;
    if (end == 0)
        return false;
    log->nr--;
    /*@ loop invariant end - 1 <= i <= log->nr;
        loop invariant locks: \forall integer k; 0 <= k < end - 1 || i < k <= log->nr ==>
          log->entries[k].lock == \at(log->entries[k].lock, Pre);
        loop invariant kinds: \forall integer k; 0 <= k < end - 1 || i < k <= log->nr ==>
          log->entries[k].kind == \at(log->entries[k].kind, Pre);
        loop invariant locks_moved: \forall integer k; end - 1 <= k < i ==>
          log->entries[k].lock == \at(log->entries[k + 1].lock, Pre);
        loop invariant kinds_moved: \forall integer k; end - 1 <= k < i ==>
          log->entries[k].kind == \at(log->entries[k + 1].kind, Pre);
        loop assigns i, log->entries[end - 1 .. GATE_LOG_MAX - 1];
        loop variant log->nr - i;
    */
    for (uint32_t i = end - 1; i < log->nr; i++)
        log->entries[i] = log->entries[i + 1];
    /*@ assert which: dropped{Pre, Here}(log, end - 1, lock); */
    return true;
}

void gate_unwind(struct gate_log *log)
{
    /*@ loop invariant released_nr == \at(log->nr, Pre) - log->nr && log->nr <= GATE_LOG_MAX;
        loop invariant newest_first: \forall integer k; 0 <= k < released_nr ==>
          released[k] == log->entries[\at(log->nr, Pre) - 1 - k].lock;
        loop invariant as_taken: \forall integer k; 0 <= k < released_nr ==>
          released_kind[k] == log->entries[\at(log->nr, Pre) - 1 - k].kind;
        loop assigns log->nr, released_nr, released[0 .. GATE_LOG_MAX - 1], released_kind[0 .. GATE_LOG_MAX - 1];
        loop variant log->nr;
    */
    while (log->nr > 0) {
        struct gate_log_entry newest = log->entries[--log->nr];

        lock_release(newest.lock, newest.kind);
    }
}
