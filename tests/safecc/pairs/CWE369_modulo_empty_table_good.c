/* SPDX-License-Identifier: MIT */
/* expect-good: run */
/*
 * A hash is reduced modulo the number of buckets; a table that has none holds nothing.
 */
#include "sc_host.h"

struct table {
    uint32_t nr_buckets;
    uint32_t *counts SC_COUNT(nr_buckets);
};

static uint32_t count_for(const struct table *t, uint32_t key)
{
    const uint32_t n = t->nr_buckets;
    const uint32_t *counts SC_NULLABLE SC_COUNT(n) = t->counts;

    if (counts == NULL || n == 0)
        return 0;
    return counts[(key * 2654435761U) % n];
}

int main(int argc, char **argv SC_COUNT(argc))
{
    const uint32_t n = (uint32_t)sc_arg(argc, argv, 1, 0);
    uint32_t *counts SC_NULLABLE SC_COUNT(n) = sc_new_array(uint32_t, n);
    struct table t;

    if (counts == NULL)
        return 1;
    t.counts = counts;
    t.nr_buckets = n;
    printf("ok %u\n", count_for(&t, 99));
    return 0;
}
