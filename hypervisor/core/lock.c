/* SPDX-License-Identifier: MIT */
#include "core/lock.h"

#include "arch/cpu.h"
#include "core/atomic.h"
#include "core/log.h"
#include "core/percpu.h"
#include "core/tlb.h"

static void log_add(spinlock_t *lock, enum gate_log_kind kind)
{
    struct gate_log *log = &this_cpu()->gate;

    BUG_ON(log->nr >= GATE_LOG_MAX);
    log->entries[log->nr] = (struct gate_log_entry){ .lock = lock, .kind = kind };
    log->nr++;
}

void spin_lock(spinlock_t *lock)
{
    uint16_t ticket = __atomic_fetch_add(&lock->next, 1, __ATOMIC_ACQUIRE);

    while (unlikely(__atomic_load_n(&lock->owner, __ATOMIC_ACQUIRE) != ticket)) {
        tlb_flush_asked(); /* who holds it may be waiting for this CPU */
        cpu_pause();
    }
    log_add(lock, GATE_LOCK);
}

static void next_ticket(spinlock_t *lock)
{
    __atomic_store_n(&lock->owner, (uint16_t)(lock->owner + 1), __ATOMIC_RELEASE);
}

SC_UNSAFE_DECL("DEV-70: this is what releasing a lock is")
void spin_unlock(spinlock_t *lock)
{
    struct gate_log *log = &this_cpu()->gate;

    BUG_ON(log->nr == 0);
    if (likely(log->entries[log->nr - 1].lock == lock))
        log->nr--;
    else
        BUG_ON(!gate_log_drop(log, lock));
    next_ticket(lock);
}

void lock_release(spinlock_t *lock, uint8_t kind)
{
    if (kind == GATE_READ)
        slot_publish(this_cpu()->reading, NULL);
    else
        next_ticket(lock);
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

static bool is_taken(const spinlock_t *lock)
{
    return __atomic_load_n(&lock->owner, __ATOMIC_ACQUIRE) != __atomic_load_n(&lock->next, __ATOMIC_ACQUIRE);
}

/* The exchange is a full barrier: of a reader, who writes its word and looks at the lock, and a writer, who takes the
 * lock and looks at the words, one sees the other. */
SC_UNSAFE_DECL("DEV-100: this is what taking a lock to read is: it ends in spin_lock, or nobody has the lock")
void read_lock(spinlock_t *lock)
{
    struct cpu *cpu = this_cpu();

    BUG_ON(cpu->reading != NULL);
    (void)__atomic_exchange_n(&cpu->reading, lock, __ATOMIC_SEQ_CST);
    if (unlikely(is_taken(lock))) {
        slot_publish(cpu->reading, NULL);
        spin_lock(lock);
        slot_publish(cpu->reading, lock); /* a writer that comes next sees it */
        spin_unlock(lock);
    }
    log_add(lock, GATE_READ);
}

SC_UNSAFE_DECL("DEV-101: this is what releasing it is")
void read_unlock(spinlock_t *lock)
{
    struct cpu *cpu = this_cpu();
    struct gate_log *log = &cpu->gate;

    BUG_ON(log->nr == 0 || cpu->reading != lock);
    log->nr--;
    BUG_ON(log->entries[log->nr].kind != GATE_READ);
    slot_publish(cpu->reading, NULL);
}

void write_lock(spinlock_t *lock)
{
    spin_lock(lock);
    for (uint32_t i = 0; i < nr_cpus && i < MAX_CPUS; i++) {
        while (slot_read(cpus[i].reading) == lock) {
            tlb_flush_asked(); /* it may be waiting for this CPU's */
            cpu_pause();
        }
    }
}
