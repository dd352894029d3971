/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * Walks type-length-value records in bytes from a guest: each length is compared with what is
 * left before it is used.
 */
#include "core/base.h"

#define TLV_NAME 1
#define TLV_SIZE 2

struct summary {
    uint32_t nr_records;
    uint32_t name_at;
    uint32_t name_length;
    uint32_t size;
};

int tlv_walk(const uint8_t *p SC_COUNT(n), uint32_t n, struct summary *out)
{
    uint32_t at = 0;

    SC_VARIANT(n - at)
    while (n - at >= 2) {
        const uint8_t type = p[at];
        const uint32_t length = p[at + 1];

        if (length > n - at - 2)
            return -EINVAL;
        switch (type) {
        case TLV_NAME:
            out->name_at = at + 2;
            out->name_length = length;
            break;
        case TLV_SIZE:
            if (length != 4)
                return -EINVAL;
            out->size = p[at + 2] | (uint32_t)p[at + 3] << 8 | (uint32_t)p[at + 4] << 16 | (uint32_t)p[at + 5] << 24;
            break;
        default:
            break;
        }
        out->nr_records++;
        at += 2 + length;
    }
    return at == n ? 0 : -EINVAL;
}
