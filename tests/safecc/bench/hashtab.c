/* SPDX-License-Identifier: MIT */
/*
 * A hash table with chaining that grows by doubling: insertions, look-ups that hit and miss,
 * deletions.  The table pointer and its count are fields that change together; entries are
 * made and deleted all the time.
 */
#include "sc_host.h"

#define CHAIN_MAX 1000000
#define BUCKETS_MAX (1U << 20)

struct entry {
    uint64_t key;
    uint64_t value;
    struct entry *next SC_NULLABLE;
};

struct table {
    uint32_t nr_entries;
    uint32_t nr_buckets; /* a power of two */
    struct entry **buckets SC_OWNED SC_COUNT(nr_buckets);
    struct entry *spare SC_NULLABLE; /* removed entries, for use again */
};

static uint32_t mix(uint64_t key)
{
    key ^= key >> 33;
    key *= 0xff51afd7ed558ccdU;
    return (uint32_t)(key >> 32);
}

static void table_init(struct table *t, uint32_t nr_buckets)
{
    struct entry **buckets SC_NULLABLE SC_COUNT(nr_buckets) = sc_new_array(struct entry *, nr_buckets);

    if (buckets == NULL)
        exit(1);
    t->buckets = buckets;
    t->nr_buckets = nr_buckets;
    t->nr_entries = 0;
    t->spare = NULL;
}

SC_NULLABLE static struct entry *entry_new(struct table *t)
{
    struct entry *e SC_NULLABLE = t->spare;

    if (e == NULL)
        return sc_new(struct entry);
    t->spare = e->next;
    return e;
}

static void table_grow(struct table *t)
{
    const uint32_t n = t->nr_buckets;
    struct entry **old SC_NULLABLE SC_COUNT(n) = sc_take(t->buckets);

    if (old == NULL || n == 0)
        return;
    const uint32_t nr_new = n * 2;
    struct entry **fresh SC_NULLABLE SC_COUNT(nr_new) = sc_new_array(struct entry *, nr_new);
    if (fresh == NULL)
        exit(1);
    for (uint32_t i = 0; i < n; i++) {
        struct entry *e SC_NULLABLE = old[i];

        SC_TRIPS(CHAIN_MAX)
        while (e != NULL) {
            struct entry *next SC_NULLABLE = e->next;
            const uint32_t b = mix(e->key) & (nr_new - 1);

            e->next = fresh[b];
            fresh[b] = e;
            e = next;
        }
    }
    t->buckets = fresh;
    t->nr_buckets = nr_new;
    sc_delete_array(old);
}

SC_NULLABLE static struct entry *table_find(const struct table *t, uint64_t key)
{
    const uint32_t n = t->nr_buckets;
    struct entry **buckets SC_NULLABLE SC_COUNT(n) = t->buckets;

    if (buckets == NULL || n == 0)
        return NULL;
    SC_TRIPS(CHAIN_MAX)
    for (struct entry *e SC_NULLABLE = buckets[mix(key) & (n - 1)]; e != NULL; e = e->next)
        if (e->key == key)
            return e;
    return NULL;
}

static void table_put(struct table *t, uint64_t key, uint64_t value)
{
    struct entry *e SC_NULLABLE = table_find(t, key);

    if (e != NULL) {
        e->value += value;
        return;
    }
    if (t->nr_entries >= t->nr_buckets && t->nr_buckets < BUCKETS_MAX)
        table_grow(t);
    const uint32_t n = t->nr_buckets;
    struct entry **buckets SC_NULLABLE SC_COUNT(n) = t->buckets;

    e = entry_new(t);
    if (e == NULL || buckets == NULL || n == 0)
        exit(1);
    e->key = key;
    e->value = value;
    e->next = buckets[mix(key) & (n - 1)];
    buckets[mix(key) & (n - 1)] = e;
    t->nr_entries++;
}

static bool table_remove(struct table *t, uint64_t key)
{
    const uint32_t n = t->nr_buckets;
    struct entry **buckets SC_NULLABLE SC_COUNT(n) = t->buckets;
    struct entry *before SC_NULLABLE = NULL;
    uint32_t b;

    if (buckets == NULL || n == 0)
        return false;
    b = mix(key) & (n - 1);
    SC_TRIPS(CHAIN_MAX)
    for (struct entry *e SC_NULLABLE = buckets[b]; e != NULL; e = e->next) {
        if (e->key == key) {
            if (before == NULL)
                buckets[b] = e->next;
            else
                before->next = e->next;
            t->nr_entries--;
            e->next = t->spare;
            t->spare = e;
            return true;
        }
        before = e;
    }
    return false;
}

int main(int argc, char **argv SC_COUNT(argc))
{
    const uint32_t nr_operations = (uint32_t)sc_arg(argc, argv, 1, 18000000);
    struct table t;
    uint64_t seed = 1, sum = 0, nr_removed = 0;

    table_init(&t, 16);
    for (uint32_t i = 0; i < nr_operations; i++) {
        seed = seed * 6364136223846793005U + 1442695040888963407U;
        const uint64_t key = (seed >> 40) % 60000;

        if ((seed >> 33) % 8 < 4) {
            const struct entry *e SC_NULLABLE = table_find(&t, key);

            sum += e != NULL ? e->value : 1;
        } else if ((seed >> 33) % 8 < 7) {
            table_put(&t, key, i);
        } else if (table_remove(&t, key)) {
            nr_removed++;
        }
    }
    printf("hashtab: %u entries in %u buckets, %lu removed, sum %016lx\n", t.nr_entries, t.nr_buckets, nr_removed, sum);
    return 0;
}
