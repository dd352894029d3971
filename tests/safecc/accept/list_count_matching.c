/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * Walks a list with continue and an early return, counting what passes several tests.
 */
#include "core/base.h"

enum frame_kind { FRAME_FREE, FRAME_RAM, FRAME_IO };

struct frame_run {
    uint64_t first;
    uint64_t nr_frames;
    enum frame_kind kind;
    const struct frame_run *next SC_NULLABLE;
};

/* Frames of RAM below a limit; at most max are counted. */
uint64_t frame_run_count(const struct frame_run *list SC_NULLABLE, uint64_t limit, uint64_t max)
{
    uint64_t total = 0;

    SC_TRIPS(4096)
    for (const struct frame_run *r SC_NULLABLE = list; r != NULL; r = r->next) {
        if (r->kind != FRAME_RAM)
            continue;
        if (r->first >= limit)
            continue;
        const uint64_t below = limit - r->first;
        const uint64_t here = r->nr_frames < below ? r->nr_frames : below;
        if (here >= max - total)
            return max;
        total += here;
    }
    return total;
}
