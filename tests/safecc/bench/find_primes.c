/* SPDX-License-Identifier: MIT */
/*
 * The sieve of Eratosthenes, run over and over (Cuckoo's FIND-PRIMES: all primes below
 * 10,000): counted loops whose indices are bounded by a constant or by a parameter.
 */
#include "sc_host.h"

#define LIMIT 10000

struct sieve {
    bool composite[LIMIT];
    uint32_t primes[LIMIT];
};

/* Write the primes below n into primes; returns how many. */
static uint32_t sieve_primes(bool *composite SC_COUNT(n), uint32_t *primes SC_COUNT(n), SC_RANGE(2, LIMIT) uint32_t n)
{
    uint32_t nr_primes = 0;

    for (uint32_t i = 0; i < n; i++)
        composite[i] = false;
    for (uint32_t i = 2; i < n; i++) {
        if (composite[i])
            continue;
        primes[nr_primes++] = i;
        for (uint32_t j = i + i; j < n; j += i)
            composite[j] = true;
    }
    return nr_primes;
}

int main(int argc, char **argv SC_COUNT(argc))
{
    const uint32_t nr_rounds = (uint32_t)sc_arg(argc, argv, 1, 40000);
    struct sieve *s SC_NULLABLE = sc_new(struct sieve);
    uint32_t nr_primes = 0;
    uint64_t sum = 0;

    if (s == NULL)
        return 1;
    for (uint32_t r = 0; r < nr_rounds; r++)
        nr_primes = sieve_primes(s->composite, s->primes, LIMIT - r % 16);
    for (uint32_t i = 0; i < nr_primes && i < LIMIT; i++)
        sum += s->primes[i];
    printf("find_primes: %u primes, sum %lu\n", nr_primes, sum);
    return 0;
}
