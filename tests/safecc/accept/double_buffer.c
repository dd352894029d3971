/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * Two buffers in one structure: writers fill the back one by its index, and a flip makes it the
 * front one.
 */
#include "core/base.h"

#define SAMPLES 128

struct capture {
    uint32_t back SC_RANGE(0, 1);
    uint32_t filled SC_RANGE(0, SAMPLES);
    struct {
        uint32_t nr_samples;
        int16_t samples[SAMPLES];
    } buffers[2];
};

/* True when the front buffer has become new. */
bool capture_add(struct capture *c, int16_t sample)
{
    const uint32_t back = c->back;

    if (c->filled < SAMPLES) {
        c->buffers[back].samples[c->filled] = sample;
        c->filled++;
    }
    if (c->filled < SAMPLES)
        return false;
    c->buffers[back].nr_samples = SAMPLES;
    c->back = 1 - back;
    c->filled = 0;
    return true;
}

int32_t capture_peak(const struct capture *c)
{
    const uint32_t front = 1 - c->back;
    int32_t peak = 0;

    for (uint32_t i = 0; i < SAMPLES && i < c->buffers[front].nr_samples; i++) {
        const int32_t s = c->buffers[front].samples[i];

        if (s > peak || -s > peak)
            peak = s < 0 ? -s : s;
    }
    return peak;
}
