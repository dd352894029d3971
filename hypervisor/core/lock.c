/* SPDX-License-Identifier: MIT */
#include "core/lock.h"

#include "arch/cpu.h"
#include "core/log.h"
#include "core/percpu.h"
#include "core/tlb.h"

void spin_lock(spinlock_t *lock)
{
    struct gate_log *log = &this_cpu()->gate;
    uint16_t ticket = __atomic_fetch_add(&lock->next, 1, __ATOMIC_ACQUIRE);

    while (unlikely(__atomic_load_n(&lock->owner, __ATOMIC_ACQUIRE) != ticket)) {
        tlb_flush_asked(); /* who holds it may be waiting for this CPU */
        cpu_pause();
    }
    BUG_ON(log->nr >= GATE_LOG_MAX);
    log->entries[log->nr] = (struct gate_log_entry){ .lock = lock, .kind = GATE_LOCK };
    log->nr++;
}

SC_UNSAFE_DECL("DEV-70: this is what releasing a lock is")
void spin_unlock(spinlock_t *lock)
{
    struct gate_log *log = &this_cpu()->gate;

    BUG_ON(log->nr == 0);
    log->nr--;
    if (unlikely(log->entries[log->nr].lock != lock))
        gate_log_drop(log, lock);
    __atomic_store_n(&lock->owner, (uint16_t)(lock->owner + 1), __ATOMIC_RELEASE);
}

void spin_lock_pair(spinlock_t *a, unsigned a_id, spinlock_t *b, unsigned b_id)
{
    if (a_id == b_id) {
        spin_lock(a);
    } else if (a_id < b_id) {
        spin_lock(a);
        spin_lock(b);
    } else {
        spin_lock(b);
        spin_lock(a);
    }
}

SC_UNSAFE_DECL("DEV-71: two names of one lock are one lock")
void spin_unlock_pair(spinlock_t *a, spinlock_t *b)
{
    spin_unlock(a);
    if (a != b)
        spin_unlock(b);
}
