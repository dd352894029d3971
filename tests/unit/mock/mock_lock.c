/* SPDX-License-Identifier: MIT */
/* Locks that check their order; weak, because tests/unit/core has the real ones. */
#include "mock_parts.h"

static __thread spinlock_t *held[16];
static __thread unsigned nr_held, jitter;
unsigned mock_lock_jitter;

unsigned mock_locks_held(void) { return nr_held; }

void mock_locks_are_before(enum lock_rank rank)
{
    for (unsigned i = 0; i < nr_held; i++)
        assert_true(held[i]->rank < rank);
}

void mock_locks_reset(void) { nr_held = 0; }

static void lock_ranked(spinlock_t *lock, bool second_of_pair)
{
    uint16_t ticket;

    assert_true(lock->rank >= RANK_DOMLIST && lock->rank <= RANK_CONSOLE);
    assert_true(nr_held < 16);
    for (unsigned i = 0; i < nr_held; i++) {
        assert_ptr_not_equal(held[i], lock);
        assert_true(held[i]->rank < lock->rank || (second_of_pair && held[i]->rank == lock->rank));
    }
    held[nr_held++] = lock;
    /* Real: stress tests have threads. */
    if (mock_lock_jitter != 0 && ++jitter % mock_lock_jitter == 0)
        usleep(1);
    ticket = __atomic_fetch_add(&lock->next, 1, __ATOMIC_ACQUIRE);
    while (__atomic_load_n(&lock->owner, __ATOMIC_ACQUIRE) != ticket)
        usleep(0);
}

__attribute__((weak)) void spin_lock(spinlock_t *lock) { lock_ranked(lock, false); }

/* Readers of a lock, counted for all locks that fall together here. */
static unsigned readers[64];

static unsigned *readers_of(const spinlock_t *lock)
{
    return &readers[(uintptr_t)lock / sizeof(*lock) % 64];
}

__attribute__((weak)) void read_lock(spinlock_t *lock)
{
    unsigned *n = readers_of(lock);

    lock_ranked(lock, false);
    __atomic_add_fetch(n, 1, __ATOMIC_SEQ_CST);
    __atomic_store_n(&lock->owner, (uint16_t)(lock->owner + 1), __ATOMIC_RELEASE); /* taken by this thread no more */
}

__attribute__((weak)) void read_unlock(spinlock_t *lock)
{
    assert_true(nr_held > 0 && held[nr_held - 1] == lock);
    nr_held--;
    assert_true(__atomic_fetch_sub(readers_of(lock), 1, __ATOMIC_SEQ_CST) > 0);
}

__attribute__((weak)) void write_lock(spinlock_t *lock)
{
    lock_ranked(lock, false);
    while (__atomic_load_n(readers_of(lock), __ATOMIC_SEQ_CST) != 0)
        usleep(0);
}

__attribute__((weak)) void spin_unlock(spinlock_t *lock)
{
    for (unsigned i = nr_held; i-- > 0;) {
        if (held[i] != lock)
            continue;
        held[i] = held[--nr_held];
        __atomic_store_n(&lock->owner, (uint16_t)(lock->owner + 1), __ATOMIC_RELEASE);
        return;
    }
    fail_msg("unlock of a lock that is not held");
}

__attribute__((weak)) void spin_lock_pair(spinlock_t *a, unsigned a_id, spinlock_t *b, unsigned b_id)
{
    assert_int_equal(a_id == b_id, a == b);
    lock_ranked(a_id <= b_id ? a : b, false);
    if (a != b)
        lock_ranked(a_id <= b_id ? b : a, true);
}

__attribute__((weak)) void spin_unlock_pair(spinlock_t *a, spinlock_t *b)
{
    spin_unlock(a);
    if (a != b)
        spin_unlock(b);
}
