/* SPDX-License-Identifier: MIT */
/*
 * One producer, one consumer, one bounded ring (Cuckoo's PRODUCER-CONSUMER).  The ring is
 * guarded by a mutex; each side fills or empties what it can while it holds it, and the
 * consumer folds what it got into a checksum outside of the lock.
 */
#include "sc_host.h"

#define RING_SLOTS 16384 /* a power of two */

struct ring {
    sc_mutex lock;
    sc_cond not_full;
    sc_cond not_empty;
    uint32_t head SC_GUARDED_BY(lock) SC_RANGE(0, RING_SLOTS - 1);
    uint32_t used SC_GUARDED_BY(lock) SC_RANGE(0, RING_SLOTS);
    uint64_t slots[RING_SLOTS] SC_GUARDED_BY(lock);
};

struct side {
    struct ring *ring SC_NONNULL;
    uint64_t nr_items;
    uint64_t checksum;
};

static uint64_t item(uint64_t i)
{
    return (i ^ (i >> 7)) * 0x9e3779b97f4a7c15U;
}

static void produce(struct side *me)
{
    struct ring *r = me->ring;
    const uint64_t nr_items = me->nr_items;
    uint64_t done = 0;

    SC_TRIPS(nr_items)
    while (done < nr_items) {
        sc_mutex_lock(&r->lock);
        SC_TRIPS(1000000)
        while (r->used == RING_SLOTS)
            sc_cond_wait(&r->not_full, &r->lock);
        uint32_t used = r->used;
        const uint32_t head = r->head;
        for (; used < RING_SLOTS && done < nr_items; used++) {
            r->slots[(head + used) & (RING_SLOTS - 1)] = item(done);
            done++;
        }
        r->used = used;
        sc_cond_signal(&r->not_empty);
        sc_mutex_unlock(&r->lock);
    }
}

static uint64_t fold(uint64_t sum, const uint64_t *items SC_COUNT(n), uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        sum = (sum << 5) - sum + (items[i] >> 3);
    return sum;
}

static void consume(struct side *me)
{
    struct ring *r = me->ring;
    const uint64_t nr_items = me->nr_items;
    uint64_t *batch SC_NULLABLE SC_COUNT(RING_SLOTS) = sc_new_array(uint64_t, RING_SLOTS);
    uint64_t done = 0, sum = 0;

    if (batch == NULL)
        exit(1);
    SC_TRIPS(nr_items)
    while (done < nr_items) {
        sc_mutex_lock(&r->lock);
        SC_TRIPS(1000000)
        while (r->used == 0)
            sc_cond_wait(&r->not_empty, &r->lock);
        const uint32_t n = r->used;
        const uint32_t head = r->head;
        for (uint32_t i = 0; i < n; i++)
            batch[i] = r->slots[(head + i) & (RING_SLOTS - 1)];
        r->head = (head + n) & (RING_SLOTS - 1);
        r->used = 0;
        sc_cond_signal(&r->not_full);
        sc_mutex_unlock(&r->lock);
        sum = fold(sum, batch, n);
        done += n;
    }
    me->checksum = sum;
    sc_delete_array(batch);
}

SC_THREAD(producer, struct side, produce);

int main(int argc, char **argv SC_COUNT(argc))
{
    static struct ring ring = { .lock = SC_MUTEX_INIT, .not_full = SC_COND_INIT, .not_empty = SC_COND_INIT };
    const uint64_t nr_items = sc_arg(argc, argv, 1, 240000000);
    struct side producer = { &ring, nr_items, 0 };
    struct side consumer = { &ring, nr_items, 0 };
    pthread_t thread;

    if (producer_start(&thread, &producer) != 0)
        return 1;
    consume(&consumer);
    if (sc_thread_join(thread) != 0)
        return 1;
    printf("producer_consumer: %lu items, checksum %016lx\n", nr_items, consumer.checksum);
    return 0;
}
