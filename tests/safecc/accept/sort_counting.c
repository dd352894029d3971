/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * Sorts bytes by counting them and writing each value as often as it was seen.
 */
#include "core/base.h"

void sort_bytes(uint8_t *bytes SC_COUNT(n), uint32_t n)
{
    uint32_t seen[256] = { 0 };
    uint32_t at = 0;

    for (uint32_t i = 0; i < n; i++)
        seen[bytes[i]]++;
    for (uint32_t value = 0; value < 256; value++) {
        for (uint32_t k = 0; k < seen[value] && at < n; k++) {
            bytes[at] = (uint8_t)value;
            at++;
        }
    }
}
