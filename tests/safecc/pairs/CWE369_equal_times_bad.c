/* SPDX-License-Identifier: MIT */
/* expect-bad: reject SC-10 | trap SC-10 */
/*
 * A rate divides by the difference of two times that can be equal.
 */
#include "sc_host.h"

struct reading {
    uint64_t time_ns;
    uint64_t nr_bytes;
};

static uint64_t rate(const struct reading *a, const struct reading *b)
{
    const uint64_t elapsed = b->time_ns - a->time_ns;
    const uint64_t moved = b->nr_bytes - a->nr_bytes;

    return moved * 1000 / elapsed;
}

int main(int argc, char **argv SC_COUNT(argc))
{
    struct reading r[3] = { { 1000, 0 }, { 3000, 500 }, { 3000, 700 } };

    r[2].time_ns += sc_arg(argc, argv, 1, 0);
    printf("missed %lu %lu\n", rate(&r[0], &r[1]), rate(&r[1], &r[2]));
    return 0;
}
