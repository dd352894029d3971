/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * A switch over request numbers with ranges of cases that share an answer and one that falls
 * through on purpose.
 */
#include "core/base.h"

enum request { GET_VERSION = 0, GET_FEATURES = 1, SET_LEVEL = 5, SET_MASK = 6, RESET = 9 };

struct target {
    uint32_t level;
    uint32_t mask;
    uint32_t nr_resets;
};

int64_t target_request(struct target *t, uint32_t request, uint32_t value)
{
    switch (request) {
    case GET_VERSION:
        return 0x20001;
    case GET_FEATURES:
        return t->mask & 0xf;
    case RESET:
        t->nr_resets++;
        value = 0;
        __attribute__((fallthrough));
    case SET_MASK:
        t->mask = value;
        return 0;
    case SET_LEVEL:
        if (value > 7)
            return -ERANGE;
        t->level = value;
        return 0;
    default:
        return -ENOSYS;
    }
}
