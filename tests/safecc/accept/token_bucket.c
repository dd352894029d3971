/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * A rate limiter: tokens come with time, up to a burst, and each request takes some.
 */
#include "core/base.h"

struct bucket {
    uint64_t tokens;
    uint64_t burst;
    uint64_t per_ms SC_RANGE(1, 1000000);
    uint64_t last_ms;
};

bool bucket_take(struct bucket *b, uint64_t now_ms, uint64_t wanted)
{
    if (now_ms > b->last_ms) {
        const uint64_t elapsed = min_u64(now_ms - b->last_ms, 1000000);
        const uint64_t fresh = elapsed * b->per_ms;

        b->tokens = fresh > b->burst - min_u64(b->tokens, b->burst) ? b->burst : b->tokens + fresh;
        b->last_ms = now_ms;
    }
    if (b->tokens < wanted)
        return false;
    b->tokens -= wanted;
    return true;
}
