/* SPDX-License-Identifier: MIT */
// expect: ok
// run: ok
/*
 * A hash table with open addressing and linear probing; the probe's index is masked.
 */
#include "sc_host.h"

#define SIZE 256 /* a power of two */

struct map {
    uint32_t nr_used;
    uint32_t keys[SIZE]; /* 0: empty */
    uint32_t values[SIZE];
};

static uint32_t map_place(const struct map *m, uint32_t key)
{
    uint32_t at = (key * 0x9e3779b1U) >> 24;

    for (uint32_t turns = 0; turns < SIZE; turns++) {
        if (m->keys[at] == key || m->keys[at] == 0)
            break;
        at = (at + 1) & (SIZE - 1);
    }
    return at;
}

static bool map_put(struct map *m, uint32_t key, uint32_t value)
{
    const uint32_t at = map_place(m, key) & (SIZE - 1);

    if (key == 0 || m->nr_used >= SIZE - 1)
        return false;
    if (m->keys[at] == 0)
        m->nr_used++;
    m->keys[at] = key;
    m->values[at] = value;
    return true;
}

static uint32_t map_get(const struct map *m, uint32_t key, uint32_t otherwise)
{
    const uint32_t at = map_place(m, key) & (SIZE - 1);

    return key != 0 && m->keys[at] == key ? m->values[at] : otherwise;
}

int main(void)
{
    static struct map m;

    for (uint32_t i = 1; i <= 200; i++)
        if (!map_put(&m, i * 65536, i))
            return 1;
    for (uint32_t i = 1; i <= 200; i++)
        if (map_get(&m, i * 65536, 0) != i)
            return 2;
    return map_get(&m, 5, 42) == 42 ? 0 : 3;
}
