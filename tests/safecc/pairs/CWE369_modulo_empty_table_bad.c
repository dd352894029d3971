/* SPDX-License-Identifier: MIT */
/* expect-bad: reject SC-10 | trap SC-10 */
/*
 * A hash is reduced modulo the number of buckets of a table that has none yet.
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

    if (counts == NULL)
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
    printf("missed %u\n", count_for(&t, 99));
    return 0;
}
