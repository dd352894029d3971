/* SPDX-License-Identifier: MIT */
/* expect-good: run */
/*
 * The average of those samples that pass a filter is taken if any did.
 */
#include "sc_host.h"

static int32_t average_above(const int32_t *samples SC_COUNT(n), uint32_t n, int32_t floor)
{
    int64_t sum = 0;
    int32_t nr_passed = 0;

    for (uint32_t i = 0; i < n; i++) {
        if (samples[i] <= floor)
            continue;
        sum += samples[i];
        nr_passed++;
    }
    return nr_passed == 0 ? floor : (int32_t)(sum / nr_passed);
}

int main(int argc, char **argv SC_COUNT(argc))
{
    static const int32_t samples[] = { 3, 9, 27, 81, 243 };
    const int32_t floor = (int32_t)sc_arg(argc, argv, 1, 500);

    printf("ok %d %d\n", average_above(samples, 5, 50), average_above(samples, 5, floor));
    return 0;
}
