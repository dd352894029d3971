/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * Counters that stop at their limits instead of wrapping, in eight bits, packed in an array.
 */
#include "core/base.h"

#define NR_BRANCHES 512
#define STRONG 3

struct predictor {
    uint8_t counters[NR_BRANCHES];
};

bool predictor_guess(const struct predictor *p, uint64_t address)
{
    return p->counters[(address >> 2) % NR_BRANCHES] > STRONG / 2;
}

void predictor_learn(struct predictor *p, uint64_t address, bool taken)
{
    uint8_t *counter = &p->counters[(address >> 2) % NR_BRANCHES];

    if (taken && *counter < STRONG)
        *counter += 1;
    else if (!taken && *counter > 0)
        *counter -= 1;
}
