/* SPDX-License-Identifier: MIT */
/* expect-bad: reject SC-07 | trap SC-07 */
/*
 * A list of numbers is appended to as long as its length is not above its capacity: once too
 * often.
 */
#include "sc_host.h"

struct vector {
    uint32_t length;
    uint32_t capacity;
    uint64_t *items SC_COUNT(capacity);
};

static bool push(struct vector *v, uint64_t item)
{
    const uint32_t capacity = v->capacity;
    uint64_t *items SC_COUNT(capacity) = v->items;
    const uint32_t at = v->length;

    if (at > capacity)
        return false;
    items[at] = item;
    v->length = at + 1;
    return true;
}

int main(int argc, char **argv SC_COUNT(argc))
{
    const uint32_t capacity = 8;
    const uint32_t nr_items = (uint32_t)sc_arg(argc, argv, 1, 12);
    uint64_t *items SC_NULLABLE SC_COUNT(capacity) = sc_new_array(uint64_t, capacity);
    struct vector v;
    uint32_t nr_pushed = 0;

    if (items == NULL)
        return 1;
    v.items = items;
    v.capacity = capacity;
    v.length = 0;
    for (uint32_t i = 0; i < nr_items; i++)
        if (push(&v, i * 3))
            nr_pushed++;
    printf("missed %u\n", nr_pushed);
    return 0;
}
