/* SPDX-License-Identifier: MIT */
/* expect-good: run */
/*
 * A rate divides by the difference of two times if there is one.
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

    if (elapsed == 0)
        return 0;
    return moved * 1000 / elapsed;
}

int main(int argc, char **argv SC_COUNT(argc))
{
    struct reading r[3] = { { 1000, 0 }, { 3000, 500 }, { 3000, 700 } };

    r[2].time_ns += sc_arg(argc, argv, 1, 0);
    printf("ok %lu %lu\n", rate(&r[0], &r[1]), rate(&r[1], &r[2]));
    return 0;
}
