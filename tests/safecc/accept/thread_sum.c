/* SPDX-License-Identifier: MIT */
// expect: ok
// run: ok
/*
 * Two threads add up halves of an array; each gets a typed argument and the counts travel with
 * the pointers.
 */
#include "sc_host.h"

#define NR_VALUES 1000

struct half {
    const uint32_t *values SC_COUNT(nr_values);
    uint32_t nr_values;
    uint64_t sum;
};

static void half_run(struct half *h)
{
    const uint32_t n = h->nr_values;
    const uint32_t *values SC_NULLABLE SC_COUNT(n) = h->values;

    if (values == NULL)
        return;
    for (uint32_t i = 0; i < n; i++)
        h->sum += values[i];
}

SC_THREAD(half, struct half, half_run);

int main(void)
{
    static uint32_t low[NR_VALUES], high[NR_VALUES];
    struct half halves[2] = { { low, NR_VALUES, 0 }, { high, NR_VALUES, 0 } };
    pthread_t threads[2];

    for (uint32_t i = 0; i < NR_VALUES; i++) {
        low[i] = i;
        high[i] = NR_VALUES + i;
    }
    for (uint32_t t = 0; t < 2; t++)
        if (half_start(&threads[t], &halves[t]) != 0)
            return 1;
    for (uint32_t t = 0; t < 2; t++)
        if (sc_thread_join(threads[t]) != 0)
            return 2;
    return halves[0].sum + halves[1].sum == 1999000 ? 0 : 3;
}
