/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * Counters by CPU number in an array; the sum reads each once.
 */
#include "core/atomic.h"

#define CPUS 64

struct cpu_counter {
    uint64_t value[CPUS] SC_ATOMIC;
};

/* Only the CPU itself adds to its own. */
void cpu_counter_add(struct cpu_counter *c, uint32_t cpu, uint64_t n)
{
    if (cpu < CPUS)
        atomic_write64(&c->value[cpu], atomic_read64(&c->value[cpu]) + n);
}

uint64_t cpu_counter_sum(const struct cpu_counter *c)
{
    uint64_t sum = 0;

    for (uint32_t cpu = 0; cpu < CPUS; cpu++)
        sum += atomic_read64(&c->value[cpu]);
    return sum;
}
