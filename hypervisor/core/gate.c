/* SPDX-License-Identifier: MIT */
#include "core/gate.h"

#include "core/frame.h"
#include "core/log.h"
#include "core/percpu.h"

void gate_log_drop(struct gate_log *log, const spinlock_t *lock)
{
    struct gate_log_entry newest = log->entries[log->nr];
    uint32_t i = log->nr;

    while (i > 0) {
        struct gate_log_entry e = log->entries[i - 1];

        log->entries[i - 1] = newest;
        if (e.kind == GATE_LOCK && e.lock == lock)
            return;
        newest = e;
        i--;
    }
    panic("a lock is released that this CPU does not hold");
}

void gate_unwind(struct gate_log *log, uint32_t mark)
{
    while (log->nr > mark) {
        struct gate_log_entry *e = &log->entries[--log->nr];

        switch (e->kind) {
        case GATE_LOCK:
            if (e->committed)
                e->lock->poisoned = 1;
            __atomic_store_n(&e->lock->owner, (uint16_t)(e->lock->owner + 1), __ATOMIC_RELEASE);
            break;
        case GATE_READ: slot_publish(this_cpu()->reading, NULL); break;
        case GATE_REF: frame_put((fref_t){ e->what }); break;
        default: break;
        }
    }
    log->rcu_depth = 0;
}
