/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * An optional result: the pointer that may be null is tested once and what it gets is computed
 * anyway.
 */
#include "core/base.h"

struct divided {
    uint64_t quotient;
    uint64_t rest;
};

int divide(uint64_t a, uint64_t b, uint64_t *quotient, uint64_t *rest SC_NULLABLE)
{
    if (b == 0)
        return -EDOM;
    *quotient = a / b;
    if (rest != NULL)
        *rest = a % b;
    return 0;
}

uint64_t pages_for(uint64_t nr_bytes)
{
    uint64_t pages = 0, rest = 0;

    if (divide(nr_bytes, PAGE_SIZE, &pages, &rest) != 0)
        return 0;
    return rest == 0 ? pages : pages + 1;
}

uint64_t whole_pages_in(uint64_t nr_bytes)
{
    uint64_t pages = 0;

    return divide(nr_bytes, PAGE_SIZE, &pages, NULL) == 0 ? pages : 0;
}
