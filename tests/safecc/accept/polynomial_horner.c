/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * Evaluates polynomials by Horner's rule from the highest coefficient down, with an index that
 * counts down to zero.
 */
#include "core/base.h"

int64_t polynomial_at(const int32_t *coefficients SC_COUNT(n), uint32_t n, SC_RANGE(-100, 100) int32_t x)
{
    int64_t value = 0;

    for (uint32_t i = n; i > 0; i--)
        value = value * x + coefficients[i - 1];
    return value;
}

/* How often does the sign change over the integers from low to high? */
uint32_t polynomial_sign_changes(const int32_t *coefficients SC_COUNT(n), uint32_t n, SC_RANGE(-100, 100) int32_t low,
                                 SC_RANGE(-100, 100) int32_t high)
{
    uint32_t nr_changes = 0;
    bool negative = polynomial_at(coefficients, n, low) < 0;

    for (int32_t x = low; x < high; x++) {
        const bool now = polynomial_at(coefficients, n, x + 1) < 0;

        nr_changes += now != negative;
        negative = now;
    }
    return nr_changes;
}
