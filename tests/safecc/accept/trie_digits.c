/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * A trie over decimal digits in a table of nodes with ten children each; numbers that are
 * prefixes of one another may coexist.
 */
#include "core/base.h"

#define NR_NODES 512
#define DIGITS 10

struct trie {
    uint32_t used SC_RANGE(1, NR_NODES);
    struct {
        uint16_t child[DIGITS]; /* 0: none */
        uint32_t route;
    } nodes[NR_NODES];
};

int trie_add(struct trie *t, const uint8_t *digits SC_COUNT(n), uint32_t n, uint32_t route)
{
    uint32_t at = 0;

    for (uint32_t i = 0; i < n; i++) {
        const uint32_t digit = digits[i];

        if (digit >= DIGITS)
            return -EINVAL;
        uint32_t next = t->nodes[at].child[digit];
        if (next == 0) {
            if (t->used == NR_NODES)
                return -ENOSPC;
            next = t->used++;
            t->nodes[at].child[digit] = (uint16_t)next;
        }
        if (next >= NR_NODES)
            return -EINVAL;
        at = next;
    }
    t->nodes[at].route = route;
    return 0;
}

/* The route of the longest prefix. */
uint32_t trie_route(const struct trie *t, const uint8_t *digits SC_COUNT(n), uint32_t n)
{
    uint32_t at = 0, route = t->nodes[0].route;

    for (uint32_t i = 0; i < n && digits[i] < DIGITS; i++) {
        at = t->nodes[at].child[digits[i]];
        if (at == 0 || at >= NR_NODES)
            break;
        if (t->nodes[at].route != 0)
            route = t->nodes[at].route;
    }
    return route;
}
