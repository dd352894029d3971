/* SPDX-License-Identifier: MIT */
// expect: ok
// run: ok
/*
 * Disjoint sets in an array of parents with path halving; what is read from the array is tested
 * against its size.
 */
#include "sc_host.h"

#define NR_ELEMENTS 100

static uint32_t find_root(uint32_t *parent SC_COUNT(NR_ELEMENTS), SC_RANGE(0, NR_ELEMENTS - 1) uint32_t element)
{
    uint32_t at = element;

    for (uint32_t turns = 0; turns < NR_ELEMENTS; turns++) {
        const uint32_t up = parent[at];

        if (up == at || up >= NR_ELEMENTS)
            break;
        parent[at] = parent[up];
        at = up;
    }
    return at;
}

static bool join(uint32_t *parent SC_COUNT(NR_ELEMENTS), uint32_t a, uint32_t b)
{
    uint32_t ra, rb;

    if (a >= NR_ELEMENTS || b >= NR_ELEMENTS)
        return false;
    ra = find_root(parent, a);
    rb = find_root(parent, b);
    if (ra == rb)
        return false;
    parent[ra] = rb;
    return true;
}

int main(void)
{
    uint32_t parent[NR_ELEMENTS];
    uint32_t nr_sets = NR_ELEMENTS;

    for (uint32_t i = 0; i < NR_ELEMENTS; i++)
        parent[i] = i;
    for (uint32_t i = 0; i < NR_ELEMENTS; i++)
        if (join(parent, i, i + 7))
            nr_sets--;
    return nr_sets == 7 ? 0 : 1;
}
