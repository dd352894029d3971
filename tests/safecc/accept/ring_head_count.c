/* SPDX-License-Identifier: MIT */
// expect: ok
// run: ok
/*
 * A ring as head and count: the slot is found with a modulo, so no state of the fields leads out
 * of bounds.
 */
#include "sc_host.h"

#define SLOTS 12

struct ring {
    uint32_t head SC_RANGE(0, SLOTS - 1);
    uint32_t count SC_RANGE(0, SLOTS);
    int32_t slots[SLOTS];
};

static bool ring_put(struct ring *r, int32_t value)
{
    if (r->count == SLOTS)
        return false;
    r->slots[(r->head + r->count) % SLOTS] = value;
    r->count++;
    return true;
}

static bool ring_take(struct ring *r, int32_t *value)
{
    if (r->count == 0)
        return false;
    *value = r->slots[r->head];
    r->head = (r->head + 1) % SLOTS;
    r->count--;
    return true;
}

int main(void)
{
    struct ring r = { 0, 0, { 0 } };
    int32_t value = 0, expected = 0;

    for (int32_t i = 0; i < 100; i++) {
        if (!ring_put(&r, i))
            return 1;
        if (i % 3 == 2)
            continue;
        if (!ring_take(&r, &value) || value != expected++)
            return 2;
        if (r.count == SLOTS - 1 && (!ring_take(&r, &value) || value != expected++))
            return 3;
    }
    return 0;
}
