/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * A moving average over the last samples with a running sum; the divisor is tested for zero by
 * the early return.
 */
#include "core/base.h"

#define WINDOW 10

struct average {
    uint32_t nr_samples SC_RANGE(0, WINDOW);
    uint32_t at SC_RANGE(0, WINDOW - 1);
    uint64_t sum;
    uint32_t samples[WINDOW];
};

void average_add(struct average *a, uint32_t sample)
{
    a->sum = a->sum - a->samples[a->at] + sample;
    a->samples[a->at] = sample;
    a->at = a->at + 1 == WINDOW ? 0 : a->at + 1;
    if (a->nr_samples < WINDOW)
        a->nr_samples++;
}

uint32_t average_now(const struct average *a)
{
    const uint32_t n = a->nr_samples;

    if (n == 0)
        return 0;
    return (uint32_t)(a->sum / n);
}
