/* SPDX-License-Identifier: MIT */
/* expect-bad: reject SC-07 | trap SC-07 */
/*
 * The caller promises the callee one element more than the array has.
 */
#include "sc_host.h"

struct sample {
    uint32_t time;
    int32_t level;
};

static int64_t record(struct sample *samples SC_COUNT(n), uint32_t n, uint32_t start)
{
    int64_t sum = 0;

    for (uint32_t i = 0; i < n; i++) {
        samples[i].time = start + i;
        samples[i].level = (int32_t)(i % 7) - 3;
        sum += samples[i].level;
    }
    return sum;
}

int main(int argc, char **argv SC_COUNT(argc))
{
    const uint32_t n = 30 + (uint32_t)(argc & 3);
    struct sample *samples SC_NULLABLE SC_OWNED SC_COUNT(n) = sc_new_array(struct sample, n);

    if (samples == NULL)
        return 1;
    printf("missed %ld\n", record(samples, n + 1, (uint32_t)sc_arg(argc, argv, 1, 5)));
    sc_delete_array(samples);
    return 0;
}
