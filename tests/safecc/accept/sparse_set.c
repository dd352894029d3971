/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * A set of small numbers as two arrays that point into each other; membership needs no
 * initialisation of either.
 */
#include "core/base.h"

#define UNIVERSE 1000

struct sparse_set {
    uint32_t nr_members SC_RANGE(0, UNIVERSE);
    uint16_t dense[UNIVERSE];
    uint16_t sparse[UNIVERSE];
};

bool set_has(const struct sparse_set *s, uint32_t x)
{
    uint32_t at;

    if (x >= UNIVERSE)
        return false;
    at = s->sparse[x];
    return at < s->nr_members && at < UNIVERSE && s->dense[at] == x;
}

bool set_add(struct sparse_set *s, uint32_t x)
{
    const uint32_t n = s->nr_members;

    if (x >= UNIVERSE || set_has(s, x) || n >= UNIVERSE)
        return false;
    s->dense[n] = (uint16_t)x;
    s->sparse[x] = (uint16_t)n;
    s->nr_members = n + 1;
    return true;
}

bool set_remove(struct sparse_set *s, uint32_t x)
{
    uint32_t at, moved;

    if (!set_has(s, x) || s->nr_members == 0)
        return false;
    at = s->sparse[x];
    moved = s->dense[s->nr_members - 1];
    if (at >= UNIVERSE || moved >= UNIVERSE)
        return false;
    s->dense[at] = (uint16_t)moved;
    s->sparse[moved] = (uint16_t)at;
    s->nr_members--;
    return true;
}
