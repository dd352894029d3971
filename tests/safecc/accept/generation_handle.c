/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * Handles made of a slot number and a generation: a stale handle finds a newer generation and is
 * refused.
 */
#include "core/base.h"

#define NR_SLOTS 256
#define GENERATION_MAX 0xffffffU

struct slot {
    uint32_t generation SC_RANGE(0, GENERATION_MAX);
    bool used;
    uint64_t value;
};

struct slots {
    struct slot at[NR_SLOTS];
};

int64_t slot_open(struct slots *s, uint64_t value)
{
    for (uint32_t i = 0; i < NR_SLOTS; i++) {
        struct slot *slot = &s->at[i];

        if (slot->used || slot->generation == GENERATION_MAX)
            continue;
        slot->used = true;
        slot->generation++;
        slot->value = value;
        return (int64_t)((uint64_t)slot->generation << 8 | i);
    }
    return -ENOSPC;
}

SC_NULLABLE struct slot *slot_of(struct slots *s, uint32_t handle)
{
    struct slot *slot = &s->at[handle & 0xff];

    return slot->used && slot->generation == handle >> 8 ? slot : NULL;
}

int slot_close(struct slots *s, uint32_t handle)
{
    struct slot *slot SC_NULLABLE = slot_of(s, handle);

    if (slot == NULL)
        return -ENOENT;
    slot->used = false;
    return 0;
}
