/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * Fixed-point arithmetic with sixteen bits behind the point: 64-bit intermediates, saturation at
 * the ends.
 */
#include "core/base.h"

typedef struct {
    int32_t raw; /* value * 65536 */
} q16_t;

static q16_t q16_saturate(int64_t raw)
{
    if (raw > INT32_MAX)
        return (q16_t){ INT32_MAX };
    if (raw < INT32_MIN)
        return (q16_t){ INT32_MIN };
    return (q16_t){ (int32_t)raw };
}

q16_t q16_multiply(q16_t a, q16_t b)
{
    return q16_saturate((int64_t)a.raw * b.raw / 65536);
}

q16_t q16_divide(q16_t a, q16_t b)
{
    if (b.raw == 0)
        return (q16_t){ a.raw < 0 ? INT32_MIN : INT32_MAX };
    return q16_saturate((int64_t)a.raw * 65536 / b.raw);
}

q16_t q16_blend(q16_t from, q16_t to, SC_RANGE(0, 256) uint32_t weight)
{
    const int64_t distance = (int64_t)to.raw - from.raw;

    return q16_saturate(from.raw + distance * weight / 256);
}
