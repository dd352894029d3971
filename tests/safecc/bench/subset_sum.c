/* SPDX-License-Identifier: MIT */
/*
 * How many non-empty subsets of a set of random integers sum to zero?  Naive recursion in
 * four threads (Cuckoo's SUBSET-SUM: 27 integers in -10^6..10^6).  Each thread decides two
 * of the elements for itself.  The depth of the recursion is also the count of the array.
 */
#include "sc_host.h"

#define SET_MAX 40
#define NR_THREADS 4

struct share {
    const int32_t *set SC_COUNT(nr_rest); /* what is left to decide */
    uint32_t nr_rest;
    int32_t taken; /* the sum of what this thread has decided */
    uint64_t found;
};

static uint64_t count_zero(const int32_t *set SC_COUNT(depth), uint32_t depth, int32_t sum)
{
    if (depth == 0)
        return sum == 0;
    return count_zero(set, depth - 1, sum) + count_zero(set, depth - 1, sum + set[depth - 1]);
}

static void share_run(struct share *s)
{
    const uint32_t n = s->nr_rest;
    const int32_t *set SC_NULLABLE SC_COUNT(n) = s->set;

    if (set == NULL)
        return;
    s->found = count_zero(set, n, s->taken);
}

SC_THREAD(share, struct share, share_run);

static int32_t random_element(uint32_t *state)
{
    *state = *state * 1103515245U + 12345U;
    return (int32_t)((*state >> 8) % 2000001U) - 1000000;
}

int main(int argc, char **argv SC_COUNT(argc))
{
    const uint32_t wanted = (uint32_t)sc_arg(argc, argv, 1, 27);
    const uint32_t n = wanted < 2 || wanted > SET_MAX ? 2 : wanted;
    int32_t set[SET_MAX];
    struct share shares[NR_THREADS];
    pthread_t threads[NR_THREADS];
    uint32_t seed = 2006;
    uint64_t found = 0;

    for (uint32_t i = 0; i < SET_MAX; i++)
        set[i] = random_element(&seed);
    for (uint32_t t = 0; t < NR_THREADS; t++) {
        shares[t].set = set;
        shares[t].nr_rest = n - 2;
        shares[t].taken = ((t & 1) != 0 ? set[n - 1] : 0) + ((t & 2) != 0 ? set[n - 2] : 0);
        shares[t].found = 0;
        if (share_start(&threads[t], &shares[t]) != 0)
            return 1;
    }
    for (uint32_t t = 0; t < NR_THREADS; t++) {
        if (sc_thread_join(threads[t]) != 0)
            return 1;
        found += shares[t].found;
    }
    printf("subset_sum: %u integers, %lu subsets sum to zero\n", n, found - 1);
    return 0;
}
