/* SPDX-License-Identifier: MIT */
/*
 * Locks, sloppy counts and grace periods on several CPUs at once, under ThreadSanitizer.  Checked: no data race; who has
 * write_lock is alone, and readers are not alone; a count is exact in the end; what a reader found is not given back
 * before it has looked.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#define sched_yield libc_sched_yield /* the scheduler port has one of its own */
#include <pthread.h>
#undef sched_yield
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/mock/mock.h"

#include "core/rcu.h"
#include "core/sloppy.h"

#define CPUS 4
#define ROUNDS 4000

static spinlock_t lock = SPINLOCK_INIT(RANK_DOMAIN);
static uint64_t pair[2]; /* equal, but while somebody writes */
static unsigned readers_now, most_readers;
static struct sloppy count;

static struct vcpu *slot;
static uint64_t settled;
static bool done;

static void check(bool ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "stress: %s\n", what);
        abort();
    }
}

void cpu_look(const struct cpu *cpu) {}

void domain_free(struct domain *d) {}

/* Nobody looks at it any more: gone. */
void vcpu_info_settle(struct vcpu *v)
{
    v->id = 0xdead;
    settled++;
    free(v);
}

static void *locks(void *arg)
{
    uint32_t me = (uint32_t)(uintptr_t)arg;

    mock_cpu(me);
    for (unsigned i = 0; i < ROUNDS; i++) {
        unsigned n;

        if (i % 16 == me) {
            write_lock(&lock);
            check(__atomic_load_n(&readers_now, __ATOMIC_RELAXED) == 0, "a reader under write_lock");
            pair[0]++;
            pair[1]++;
            spin_unlock(&lock);
        }
        read_lock(&lock);
        n = __atomic_add_fetch(&readers_now, 1, __ATOMIC_RELAXED);
        if (n > __atomic_load_n(&most_readers, __ATOMIC_RELAXED))
            __atomic_store_n(&most_readers, n, __ATOMIC_RELAXED);
        check(pair[0] == pair[1], "a write is seen half");
        if (i % 64 == 0)
            usleep(1);
        __atomic_sub_fetch(&readers_now, 1, __ATOMIC_RELAXED);
        read_unlock(&lock);
        sloppy_add(&count, i % 3 == 0 ? 5 : -1);
    }
    return NULL;
}

/* CPU 0 replaces the object, and the others look at it. */
static void *grace(void *arg)
{
    uint32_t me = (uint32_t)(uintptr_t)arg;

    mock_cpu(me);
    rcu_join();
    for (unsigned i = 0; me == 0 ? i < ROUNDS : !__atomic_load_n(&done, __ATOMIC_ACQUIRE); i++) {
        struct vcpu *v = slot_read(slot);

        check(v->id == 7, "what a reader found is given back");
        if (me == 0) {
            struct vcpu *next = calloc(1, sizeof(*next));

            next->id = 7;
            slot_publish(slot, next);
            rcu_defer(&v->info_left, RCU_VCPU_INFO, v);
        }
        if ((__atomic_exchange_n(&cpus[me].pending, 0, __ATOMIC_SEQ_CST) & 1U << SOFTIRQ_RCU) != 0)
            rcu_look();
    }
    if (me == 0)
        __atomic_store_n(&done, true, __ATOMIC_RELEASE);
    while (!rcu_leave())
        usleep(0);
    return NULL;
}

static void run(void *(*function)(void *))
{
    pthread_t thread[CPUS];

    for (uintptr_t i = 0; i < CPUS; i++)
        check(pthread_create(&thread[i], NULL, function, (void *)i) == 0, "thread");
    for (unsigned i = 0; i < CPUS; i++)
        pthread_join(thread[i], NULL);
}

int main(void)
{
    uint64_t want = 0;

    mock_start(NULL);
    mock_setup(NULL);
    nr_cpus = CPUS;
    run(locks);
    for (unsigned i = 0; i < ROUNDS; i++)
        want += i % 3 == 0 ? 5 : (uint64_t)-1;
    check(sloppy_read(&count) == CPUS * want, "the count");
    check(pair[0] == CPUS * ROUNDS / 16, "the writes");
    check(most_readers > 1, "readers are alone");
    sloppy_end(&count);
    slot = calloc(1, sizeof(*slot));
    slot->id = 7;
    run(grace);
    check(settled == ROUNDS, "what was given back");
    free(slot);
    printf("at most %u readers at once, %lu given back\n", most_readers, settled);
    return 0;
}
