/* SPDX-License-Identifier: MIT */
/* expect-good: run */
/*
 * The difference to the element before is taken from the second element on.
 */
#include "sc_host.h"

static const int32_t level[] = { 5, 9, 12, 10, 8, 8, 15, 20 };

static int32_t steepest(int32_t first)
{
    int32_t best = 0;

    for (int32_t i = first; i < 8; i++) {
        const int32_t rise = level[i] - level[i - 1];

        if (rise > best)
            best = rise;
    }
    return best;
}

int main(int argc, char **argv SC_COUNT(argc))
{
    const int32_t first = (int32_t)(sc_arg(argc, argv, 1, 0) % 8) + 1;

    printf("ok %d\n", steepest(first));
    return 0;
}
