/* SPDX-License-Identifier: MIT */
// expect: ok
// run: ok
/*
 * Heap sort of records by a key, sifting down in a range that shrinks.
 */
#include "sc_host.h"

struct record {
    uint32_t key;
    uint32_t payload;
};

static void sift_down(struct record *r SC_COUNT(n), uint32_t n, uint32_t from)
{
    uint32_t at = from;

    SC_TRIPS(32)
    while (at < n / 2) {
        uint32_t child = 2 * at + 1;

        if (child + 1 < n && r[child + 1].key > r[child].key)
            child++;
        if (r[child].key <= r[at].key)
            return;
        const struct record moved = r[at];
        r[at] = r[child];
        r[child] = moved;
        at = child;
    }
}

static void heap_sort(struct record *r SC_COUNT(n), uint32_t n)
{
    for (uint32_t i = n / 2; i > 0; i--)
        sift_down(r, n, i - 1);
    for (uint32_t end = n; end > 1; end--) {
        const struct record largest = r[0];

        r[0] = r[end - 1];
        r[end - 1] = largest;
        sift_down(r, end - 1, 0);
    }
}

int main(void)
{
    struct record r[50];

    for (uint32_t i = 0; i < 50; i++)
        r[i] = (struct record){ i * 31 % 47, i };
    heap_sort(r, 50);
    for (uint32_t i = 1; i < 50; i++)
        if (r[i - 1].key > r[i].key)
            return 1;
    heap_sort(r, 0);
    return r[49].key == 46 ? 0 : 2;
}
