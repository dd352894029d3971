/* SPDX-License-Identifier: MIT */
/* expect-good: run */
/*
 * A search for the last entry not above a key says so when there is none.
 */
#include "sc_host.h"

struct step {
    uint32_t from;
    uint32_t rate;
};

static const struct step steps[] = { { 100, 1 }, { 500, 2 }, { 1000, 3 }, { 5000, 4 } };

static uint32_t rate_for(uint32_t amount)
{
    uint32_t i = 0;

    SC_TRIPS(4)
    while (i < 4 && steps[i].from <= amount)
        i++;
    if (i == 0)
        return 0;
    return steps[i - 1].rate;
}

int main(int argc, char **argv SC_COUNT(argc))
{
    const uint32_t amount = (uint32_t)sc_arg(argc, argv, 1, 50);

    printf("ok %u %u\n", rate_for(700), rate_for(amount));
    return 0;
}
