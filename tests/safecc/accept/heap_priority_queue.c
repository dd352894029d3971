/* SPDX-License-Identifier: MIT */
// expect: ok
// run: ok
/*
 * A priority queue as a binary heap in an array: parents at (i - 1) / 2, children at 2 i + 1 and
 * 2 i + 2.
 */
#include "sc_host.h"

#define HEAP_MAX 64

struct heap {
    uint32_t length SC_RANGE(0, HEAP_MAX);
    uint32_t keys[HEAP_MAX];
};

static bool heap_add(struct heap *h, uint32_t key)
{
    uint32_t at = h->length;

    if (at >= HEAP_MAX)
        return false;
    SC_VARIANT(at)
    while (at > 0 && h->keys[(at - 1) / 2] > key) {
        h->keys[at] = h->keys[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    h->keys[at] = key;
    h->length++;
    return true;
}

static uint32_t heap_take(struct heap *h)
{
    uint32_t at = 0, least, last, n;

    if (h->length == 0)
        return UINT32_MAX;
    n = h->length - 1;
    least = h->keys[0];
    last = h->keys[n];
    h->length = n;
    SC_TRIPS(7)
    while (2 * at + 1 < n) {
        uint32_t child = 2 * at + 1;

        if (child + 1 < n && h->keys[child + 1] < h->keys[child])
            child++;
        if (h->keys[child] >= last)
            break;
        h->keys[at] = h->keys[child];
        at = child;
    }
    h->keys[at] = last;
    return least;
}

int main(void)
{
    struct heap h = { 0, { 0 } };
    uint32_t before = 0;

    for (uint32_t i = 0; i < HEAP_MAX; i++)
        if (!heap_add(&h, i * 29 % 61))
            return 1;
    for (uint32_t i = 0; i < HEAP_MAX; i++) {
        const uint32_t key = heap_take(&h);

        if (key < before || key == UINT32_MAX)
            return 2;
        before = key;
    }
    return heap_take(&h) == UINT32_MAX ? 0 : 3;
}
